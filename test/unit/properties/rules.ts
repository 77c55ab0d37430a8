import type { HookRequest } from '../../../composite-controllers/controller.ts';
import type { ExternalSecretSpec } from '../../../composite-controllers/external-secret/schema.ts';
import { syncedResourceVersion } from '../../../composite-controllers/lib/hash.ts';
import type { KubeObject, SecretObject } from '../../../composite-controllers/lib/objects.ts';
import type { Cluster, ObjectChange } from './cluster.ts';
import { isWanted, keysOf, mismatch } from './expectation.ts';
import { coalesceWindowMs } from './hook.ts';
import { isMerging, ownerOf, policyOf, readyOf, specOf, statusOf, targetOf, textsOf } from './objects.ts';
import { parseValue, type ScriptedBackend } from './scripted-backend.ts';
import { isSettled } from './settled.ts';

/** Watches that nothing breaks the rules that keep users' data; what did is in `broken`. */
export interface Rules {
  readonly broken: string[];
  onChange(change: ObjectChange): void;
  /** A sync call about an ExternalSecret begins. */
  onCall(request: HookRequest): void;
  /** It has ended, with so many reads since it began. */
  onReply(status: number, reads: number): void;
}

interface Surroundings {
  readonly now: () => number;
  readonly backend: ScriptedBackend;
  readonly cluster: () => Pick<Cluster, 'secrets' | 'externalSecrets'>;
}

/** What a Secret was made from. */
interface Made {
  readonly name: string;
  readonly generation: number;
  readonly spec: ExternalSecretSpec;
}

/** Keys that no ExternalSecret writes. */
const strangers: ReadonlySet<string> = new Set(['theirs', 'foreign']);
/** An answer may be as old as the coalescer's window, from the end of a read that took 9 s. */
const windowMs = coalesceWindowMs + 9_000;

/** {@link Rules} over a cluster and its backend. */
export function createRules({ now, backend, cluster }: Surroundings): Rules {
  const broken: string[] = [];
  /** The newest version of each backend key that a Secret of an ExternalSecret has held. */
  const held = new Map<string, number>();
  /** The newest generation of each ExternalSecret that its Secret was made from. */
  const made = new Map<string, Made>();
  /** Specs by what status.syncedResourceVersion says once they are synced. */
  const specs = new Map<string, Made>();
  /** Names of Secrets that the user, or somebody else, wrote or deleted last. */
  const touched = new Set<string>();
  let pass: HookRequest | undefined;
  let calm = false;

  const breaks = (rule: string) => void broken.push(`${new Date(now()).toISOString().slice(11)} ${rule}`);
  const secret = (name: string) =>
    cluster()
      .secrets()
      .find(({ metadata }) => metadata.name === name);

  function onChange({ actor, kind, before, after }: ObjectChange): void {
    if (kind === 'ExternalSecret') {
      if (after === undefined) return;
      specs.set(`${after.metadata.uid} ${syncedResourceVersion(after.metadata)}`, madeFrom(after));
      if (actor === 'metacontroller' && before !== undefined) onStatus(before, after);
      return;
    }
    const name = (after ?? before)!.metadata.name;
    if (actor === 'user' || actor === 'elsewhere') {
      touched.add(name);
      return;
    }
    if (before !== undefined) {
      onlyOurs(before, after);
      if (after !== undefined) keepsStrangers(before as SecretObject, after as SecretObject);
    }
    if (pass !== undefined) {
      if (after === undefined) mayGo(pass.parent, before as SecretObject);
      else keepsData(pass.parent, before as SecretObject | undefined, after as SecretObject);
    }
    if (
      after !== undefined &&
      pass !== undefined &&
      mismatch(after as SecretObject, specOf(pass.parent), backend, 0) === undefined
    )
      touched.delete(name);
  }

  const isAlive = (uid: string) =>
    cluster()
      .externalSecrets()
      .some(({ metadata }) => metadata.uid === uid);

  /** Rule 4: what another controller or ExternalSecret owns is never written. */
  function onlyOurs(before: KubeObject, after: KubeObject | undefined): void {
    const owner = ownerOf(before);
    if (owner === undefined || owner.uid === pass?.parent.metadata.uid) return;
    const { name } = before.metadata;
    // Its keys may be added to what is another controller's.
    if (pass !== undefined && isMerging(pass.parent) && owner.kind !== 'ExternalSecret')
      if (after !== undefined && ownerOf(after)?.uid === owner.uid) return;
    const isNamesake = owner.kind === 'ExternalSecret' && owner.name === pass?.parent.metadata.name;
    if (isNamesake && !isAlive(owner.uid)) return;
    // Metacontroller lets go of a child that lost its label, as far as it can see, before it calls the hook.
    if (after !== undefined && ownerOf(after) === undefined && sameData(before, after)) return;
    breaks(`4: Secret ${name} of ${owner.kind} ${owner.name} was written for ${pass?.parent.metadata.name}`);
  }

  /** Rule 4: what others put into a Secret stays there where keys are merged. */
  function keepsStrangers(before: SecretObject, after: SecretObject): void {
    if (pass === undefined || !isMerging(pass.parent)) return;
    const texts = textsOf(after);
    for (const [entry, text] of textsOf(before))
      if (strangers.has(entry) && texts.get(entry) !== text)
        breaks(`4: ${entry} of Secret ${before.metadata.name} is not what others made it`);
  }

  /** Rule 1: a Secret goes only when the backend says so, or when its successor is in place. */
  function mayGo(parent: KubeObject, gone: SecretObject): void {
    const { name } = gone.metadata;
    if (ownerOf(gone) === undefined) breaks(`1: Secret ${name}, which nobody controls, was deleted`);
    const target = targetOf(parent);
    const { uid = '', generation = 0 } = parent.metadata;
    const latest = made.get(uid);
    if (latest !== undefined && latest.generation > generation && latest.name === name)
      breaks(`1: Secret ${name} of a newer spec was deleted for an older one`);
    if (policyOf(parent) === 'Owner' && isGone(specOf(parent))) return;
    if (name === target) {
      breaks(`1: Secret ${name} was deleted`);
      return;
    }
    if (touched.has(target)) return;
    const successor = secret(target);
    const why = successor === undefined ? 'is missing' : mismatch(successor, specOf(parent), backend, 0);
    if (why !== undefined) breaks(`1: Secret ${name} was deleted, and its successor ${target} ${why}`);
  }

  /** Whether the backend itself has just said for every key that it does not exist, and the policy wants that heard. */
  function isGone(spec: ExternalSecretSpec): boolean {
    const since = now() - windowMs;
    const said = (key: string) =>
      backend.answers.some(
        (answer) => answer.key === key && answer.at >= since && answer.outcome === 'absent',
      );
    return spec.target?.deletionPolicy === 'Delete' && keysOf(spec).every(said);
  }

  /** Rules 1 and 2: no key that is wanted is lost, no value goes back. */
  function keepsData(parent: KubeObject, before: SecretObject | undefined, after: SecretObject): void {
    const { name } = after.metadata;
    const texts = textsOf(after);
    const beforeTexts = before === undefined ? new Map<string, string>() : textsOf(before);
    for (const [entry, text] of texts) {
      const value = parseValue(text);
      if (value === undefined || text === beforeTexts.get(entry)) continue;
      const place = `${parent.metadata.name} ${value.key}`;
      const newest = held.get(place) ?? 0;
      if (value.version < newest)
        breaks(`2: ${entry} of Secret ${name} went back from ${value.key}@${newest} to ${text}`);
      held.set(place, Math.max(newest, value.version));
    }
    if (name !== targetOf(parent)) return;
    const { uid = '', generation = 0 } = parent.metadata;
    const latest = made.get(uid);
    const isMoved = JSON.stringify([...texts]) !== JSON.stringify([...beforeTexts]);
    const isOlder = latest?.name === name && generation < latest.generation;
    // A Secret of the older spec may come to be beside the newer one, for as long as nobody can know better.
    if (isMoved && isOlder && before !== undefined && isAlive(uid))
      breaks(`2: Secret ${name} went back to generation ${generation} of the spec`);
    if (isMoved && generation >= (latest?.generation ?? 0)) made.set(uid, madeFrom(parent));
    for (const [entry, text] of beforeTexts) {
      if (texts.has(entry) || parseValue(text) === undefined) continue;
      if (isWanted(entry, texts, specOf(parent), backend, now() - windowMs))
        breaks(`1: Secret ${name} lost its key ${entry}`);
    }
  }

  /** Rule 2: Ready=True is said only of what the Secret holds. */
  function onStatus(before: KubeObject, after: KubeObject): void {
    const ready = readyOf(after);
    const status = statusOf(after);
    if (ready?.status !== 'True' || claimOf(before) === claimOf(after)) return;
    const { uid = '' } = after.metadata;
    // A status that was lost or is restored by a cache may stand for a moment beside the Secret of a newer spec.
    const synced = specs.get(`${uid} ${status.syncedResourceVersion}`);
    const latest = made.get(uid);
    const isLeft = (latest?.generation ?? 0) > (synced?.generation ?? 0);
    const spec = (isLeft ? latest : synced)?.spec;
    if (spec === undefined) {
      breaks('2: synced is a version that never was');
      return;
    }
    const since = Date.parse(status.refreshTime ?? '') - windowMs;
    const name = spec.target?.name ?? after.metadata.name;
    if (touched.has(name)) return;
    const target = secret(name);
    const says = `2: Ready=True (${ready.message}, ${status.refreshTime})`;
    if (ready.reason === 'SecretDeleted') {
      if (!isLeft && target !== undefined && ownerOf(target)?.uid === uid)
        breaks(`${says}, but Secret ${name} is there`);
      return;
    }
    if (ready.message?.startsWith('secret retained')) return;
    if (spec.target?.creationPolicy === 'None' || spec.target?.immutable === true) return;
    if (ready.reason === 'SecretMissing') {
      if (!isLeft && target !== undefined) breaks(`${says}, but Secret ${name} is there`);
      return;
    }
    // Deleted by this very pass; the next one says so.
    if (target === undefined && pass !== undefined && isGone(specOf(pass.parent))) return;
    const why = target === undefined ? 'is missing' : mismatch(target, spec, backend, since);
    if (why !== undefined) breaks(`${says}, but Secret ${name} ${why}`);
  }

  return {
    broken,
    onChange,
    onCall(request) {
      pass = request;
      calm = !touched.has(targetOf(request.parent)) && isSettled(request, cluster(), now());
    },
    onReply(status, reads) {
      if (status !== 200 && status !== 429) breaks(`1: the hook answered ${status}`);
      if (calm && reads > 0) breaks(`7: ${reads} reads although nothing was due`);
    },
  };
}

function madeFrom(parent: KubeObject): Made {
  return { name: targetOf(parent), generation: parent.metadata.generation ?? 0, spec: specOf(parent) };
}

/** What a status says of a refresh. */
function claimOf(object: KubeObject): string {
  const { refreshTime, syncedResourceVersion, refreshId } = statusOf(object);
  return JSON.stringify([
    readyOf(object)?.status,
    readyOf(object)?.reason,
    refreshTime,
    syncedResourceVersion,
    refreshId,
  ]);
}

function sameData(a: KubeObject, b: KubeObject): boolean {
  return JSON.stringify(a.data) === JSON.stringify(b.data);
}
