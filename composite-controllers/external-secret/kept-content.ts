import type { SecretMap } from '../../providers/kit/provider.ts';
import {
  controllerUidLabel,
  createdByLabel,
  dataHashAnnotation,
  inputsAnnotation,
  managedLabel,
  markAnnotations,
} from '../lib/names.ts';
import type { SecretObject } from '../lib/objects.ts';
import { echo, ownedFields } from '../lib/owned-fields.ts';
import type { Fingerprints, Settings } from '../lib/ports.ts';
import { secretData } from '../lib/secret-data.ts';
import type { Content } from '../secret-template/content.ts';
import type { Piece } from '../secret-template/pieces.ts';
import { writerOf } from './policy.ts';
import type { World } from './world.ts';

/*
 * A template with something random in it (keys, salts, passwords) gives another result each time. So that no Secret flaps,
 * the result stays while all that it was made from stays: the text of the templates and the values. What it was made from
 * is known again by a fingerprint in an annotation, also after a restart and by other replicas.
 *
 * Values may be a PIN, and bcrypt exists so that trying them takes long: a hash, salted or not, would let whoever reads the
 * annotation try them fast. The fingerprint is an HMAC whose key never leaves the hook, so it says nothing to anybody else.
 * It covers the result, too: who edits the Secret cannot pass that off as ours.
 */

/** What the result of templates depends on, time and chance aside. */
export function inputsOf(
  world: World,
  { templateDelimiters: { left, right } }: Pick<Settings, 'templateDelimiters'>,
  pieces: readonly Piece[],
  values: SecretMap,
): readonly Uint8Array[] {
  const how = JSON.stringify([world.spec.target?.template, left, right]);
  const texts = pieces.flatMap(({ where, job }) => [where, job.text]);
  return [world.uid, how, ...texts, ...flat(values)].map(bytes);
}

/** The content of a Secret that carries the fingerprint of these inputs, undamaged; undefined when none of them does. */
export function keptContent(
  world: World,
  candidates: readonly (SecretObject | undefined)[],
  inputs: readonly Uint8Array[],
  fingerprints: Fingerprints,
): Content | undefined {
  for (const candidate of candidates) {
    const fingerprint = candidate?.metadata.annotations?.[inputsAnnotation];
    if (candidate === undefined || fingerprint === undefined) continue;
    const content = statedContent(world, candidate);
    const known = fingerprintsOf(content, inputs, fingerprints);
    // By the newest key: while two are accepted, all Secrets come to carry the one that stays.
    if (known.includes(fingerprint)) return sealed(content, known[0] ?? fingerprint);
  }
  return undefined;
}

/** Content with the fingerprint of what it was made from. */
export function sealedContent(
  content: Content,
  inputs: readonly Uint8Array[],
  fingerprints: Fingerprints,
): Content {
  const [newest] = fingerprintsOf(content, inputs, fingerprints);
  return newest === undefined ? content : sealed(content, newest);
}

function sealed(content: Content, fingerprint: string): Content {
  return { ...content, annotations: { ...content.annotations, [inputsAnnotation]: fingerprint } };
}

function fingerprintsOf(
  { data, labels, annotations }: Content,
  inputs: readonly Uint8Array[],
  fingerprints: Fingerprints,
): readonly string[] {
  const texts = [...without(labels, ownLabels), '', ...without(annotations, ownAnnotations)].flat();
  return fingerprints.of([...inputs, bytes('result'), ...flat(data).map(bytes), ...texts.map(bytes)]);
}

/** What we stated of a Secret, as content. */
function statedContent(world: World, secret: SecretObject): Content {
  const stated = echo(secret, ownedFields(secret, writerOf(world)));
  const { labels = {}, annotations = {}, finalizers } = stated.metadata;
  return {
    data: secretData(stated),
    labels: Object.fromEntries(without(labels, ownLabels)),
    annotations: Object.fromEntries(without(annotations, ownAnnotations)),
    ...(stated.type === undefined ? {} : { type: stated.type }),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
}

const ownLabels = [managedLabel, createdByLabel, controllerUidLabel];
const ownAnnotations = [dataHashAnnotation, ...markAnnotations, inputsAnnotation];

function without(map: Readonly<Record<string, string>>, names: readonly string[]): [string, string][] {
  return Object.entries(map)
    .filter(([key]) => !names.includes(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function flat(map: SecretMap): (string | Uint8Array)[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).flat();
}

function bytes(part: string | Uint8Array): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part) : part;
}
