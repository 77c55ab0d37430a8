import type { ExternalSecretSpec } from '../../../composite-controllers/external-secret/schema.ts';
import type { SecretObject } from '../../../composite-controllers/lib/objects.ts';
import { textsOf } from './objects.ts';
import { type BackendKey, bagNames, parseValue, type ScriptedBackend, textOf } from './scripted-backend.ts';

/** Whether what others put into the target stays. */
const isShared = ({ target }: ExternalSecretSpec) =>
  target?.creationPolicy === 'Merge' || target?.creationPolicy === 'CreateOrMerge';

/** What a Secret holds of backends. */
export function fetched(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...texts].filter(([, text]) => parseValue(text) !== undefined));
}

/** The backend keys that a spec reads. */
export function keysOf({ data = [], dataFrom = [] }: ExternalSecretSpec): BackendKey[] {
  const keys = [
    ...data.map(({ remoteRef }) => remoteRef.key),
    ...dataFrom.flatMap(({ extract }) => extract?.key ?? []),
  ];
  return keys as BackendKey[];
}

/** What a Secret holds once it has everything that the backend has now. */
export function newestData(spec: ExternalSecretSpec, backend: ScriptedBackend): ReadonlyMap<string, string> {
  const value = (key: BackendKey) => textOf(key, backend.newest(key) ?? 0);
  if (spec.dataFrom !== undefined)
    return new Map(bagNames(backend.newest('bag') ?? 0).map((name) => [name, value('bag')]));
  return new Map(
    (spec.data ?? []).map(({ secretKey, remoteRef }) => [secretKey, value(remoteRef.key as BackendKey)]),
  );
}

/** In what a Secret is not what the spec makes of values that were current at some moment from then on. */
export function mismatch(
  target: SecretObject,
  spec: ExternalSecretSpec,
  backend: ScriptedBackend,
  since: number,
): string | undefined {
  const texts = textsOf(target);
  const sources = new Map((spec.data ?? []).map((entry) => [entry.secretKey, entry.remoteRef.key]));
  for (const { extract } of spec.dataFrom ?? []) {
    const value = [...texts.values()].map(parseValue).find((held) => held !== undefined);
    if (value === undefined && mayLack(spec, 'bag', backend, since)) continue;
    if (value === undefined || value.key !== extract?.key) return `holds nothing of ${extract?.key}`;
    for (const name of bagNames(value.version)) sources.set(name, value.key);
  }
  for (const [entry, source] of sources) {
    const key = source as BackendKey;
    const text = texts.get(entry);
    if (text === undefined && mayLack(spec, key, backend, since)) continue;
    const value = parseValue(text ?? '');
    if (value?.key !== key) return `holds ${text ?? 'nothing'} in ${entry}`;
    if (!backend.wasCurrent(key, value.version, since)) return `holds ${text}, which was outdated`;
  }
  const mayStay = (text: string) => isShared(spec) && parseValue(text) === undefined;
  const extra = [...texts].find(([entry, text]) => !sources.has(entry) && !mayStay(text))?.[0];
  return extra === undefined ? undefined : `has the key ${extra}`;
}

/** Whether an entry of a Secret that holds these texts may not be left out. */
export function isWanted(
  entry: string,
  texts: ReadonlyMap<string, string>,
  spec: ExternalSecretSpec,
  backend: ScriptedBackend,
  since: number,
): boolean {
  const source = spec.data?.find(({ secretKey }) => secretKey === entry)?.remoteRef.key;
  if (source !== undefined) return !mayLack(spec, source as BackendKey, backend, since);
  const version = [...texts.values()].map(parseValue).find((held) => held !== undefined)?.version;
  return spec.dataFrom !== undefined && version !== undefined && bagNames(version).includes(entry);
}

function mayLack(
  spec: ExternalSecretSpec,
  key: BackendKey,
  backend: ScriptedBackend,
  since: number,
): boolean {
  const policy = spec.target?.deletionPolicy ?? 'Retain';
  return policy !== 'Retain' && backend.wasCurrent(key, undefined, since);
}
