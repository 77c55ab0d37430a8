import type { HookRequest } from '../../../composite-controllers/controller.ts';
import { refreshIdAnnotation } from '../../../composite-controllers/lib/names.ts';
import type { KubeObject, SecretObject } from '../../../composite-controllers/lib/objects.ts';
import type { ObjectChange } from './cluster.ts';
import { readyOf, statusOf, textsOf } from './objects.ts';

/** One line of the log of a story. */
export type Narrator = (line: string) => void;

/** A write, as a line. */
export function tellChange({ actor, kind, before, after }: ObjectChange): string {
  const object = (after ?? before)!;
  const verb = after === undefined ? 'deletes' : before === undefined ? 'creates' : 'writes';
  const { name, resourceVersion } = object.metadata;
  const content = kind === 'Secret' ? dataText(object) : statusText(object);
  return `      ${actor} ${verb} ${kind} ${name} v${resourceVersion} ${content}`;
}

/** A sync call and its answer, as a line. */
export function tellCall({ parent, children }: HookRequest, status: number, body: string): string {
  const seen = Object.values(children['Secret.v1'] ?? {}).map(versionText);
  return `    sync ${versionText(parent)} [${seen.join(', ')}] -> ${status} ${answerText(body)}`;
}

function versionText({ metadata }: KubeObject): string {
  return `${metadata.name} v${metadata.resourceVersion}`;
}

function dataText(object: KubeObject): string {
  return JSON.stringify(Object.fromEntries(textsOf(object as SecretObject)));
}

function statusText(object: KubeObject): string {
  const { refreshTime, refreshId, retry } = statusOf(object);
  const ready = readyOf(object);
  const said = `${ready?.status} ${ready?.message?.slice(0, 60)}`;
  return `g${object.metadata.generation} ${said} at ${refreshTime} id ${refreshId} retry ${retry?.after}`;
}

function answerText(body: string): string {
  const answer = JSON.parse(body) as { children?: SecretObject[]; resyncAfterSeconds?: number };
  if (answer.children === undefined) return body;
  const children = answer.children.map(
    (child) =>
      `${child.metadata.name} ${dataText(child)} id ${child.metadata.annotations?.[refreshIdAnnotation]}`,
  );
  return `[${children.join(', ')}] again in ${answer.resyncAfterSeconds}`;
}
