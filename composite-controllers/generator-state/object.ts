import { randomBytes } from 'node:crypto';
import type { GeneratorHandle } from '../../providers/generators.ts';
import { parseExact } from '../../providers/kit/json/exact.ts';
import { generatorGroup, generatorVersion } from '../generator/names.ts';
import { objectHash } from '../lib/hash.ts';
import type { KubeObject } from '../lib/objects.ts';

/** The object that uses what was generated. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/** ESO's names (spec core 0.2): states that it has left behind are looked after, too. */
export const stateFinalizer = 'generatorstate.externalsecrets.io/finalizer';
const ownerKeyLabel = 'generators.external-secrets.io/owner-key';
const apiVersion = `${generatorGroup}/${generatorVersion}`;
/** Room for what makes a name unique. */
const longestStem = 240;

/**
 * The note of something that has to be taken back one day (spec core 4.3): what made it, and what it is called. It goes
 * with its owner, and whoever deletes it has it taken back.
 */
export function newState(owner: Owner, entry: string, handle: GeneratorHandle, state: string): KubeObject {
  const { namespace, name, uid, kind } = owner;
  const stem = `gen-${kind.toLowerCase()}-${name}`.slice(0, longestStem).replace(/[.-]+$/, '');
  return {
    apiVersion,
    kind: 'GeneratorState',
    metadata: {
      name: `${stem}-${randomBytes(5).toString('hex')}`,
      namespace,
      labels: { [ownerKeyLabel]: objectHash(`${kind}-${namespace}-${name}-${entry}`) },
      finalizers: [stateFinalizer],
      // No controller: states that several owners had would be nobody's.
      ownerReferences: [{ apiVersion: owner.apiVersion, kind, name, uid }],
    },
    spec: {
      resource: {
        apiVersion,
        kind: handle.kind,
        metadata: { name: handle.name, namespace },
        spec: handle.spec,
      },
      state: parseExact(state),
    },
  };
}
