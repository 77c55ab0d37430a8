import { plan, type Read } from '../composite-controllers/external-secret/plan.ts';
import type { ExternalSecretSpec } from '../composite-controllers/external-secret/schema.ts';
import type { KubeObject } from '../composite-controllers/lib/objects.ts';
import { nameMatcher } from '../providers/kit/find.ts';

/** One ExternalSecret that asks for something of a store. */
export interface Use {
  /** Such as `ClusterSecretStore/vault`; a SecretStore is followed by its namespace. */
  readonly store: string;
  /** The key, or the expression of a find. */
  readonly key: string;
  /** `may`: a find, which takes the key if the backend lists it. */
  readonly how: 'asks' | 'may';
  readonly version?: string;
  /** `namespace/name` of the ExternalSecret. */
  readonly by: string;
  /** The Secret that it writes. */
  readonly secret: string;
}

/**
 * Who uses what, of all ExternalSecrets among the objects; of those that use the key, when one is given. Ordered by store and
 * key. What is asked is told by the same plan that the hook reads by.
 */
export function usage(objects: readonly KubeObject[], key?: string): Use[] {
  const uses = objects.filter(({ kind }) => kind === 'ExternalSecret').flatMap(usesOf);
  return uses
    .filter((use) => key === undefined || (use.how === 'asks' ? use.key === key : mayTake(use.key, key)))
    .sort(
      (a, b) =>
        order(a) - order(b) || compare(a.store, b.store) || compare(a.key, b.key) || compare(a.by, b.by),
    );
}

function usesOf({ metadata, spec }: KubeObject): Use[] {
  const { name, namespace = 'default' } = metadata;
  const asked = spec as ExternalSecretSpec;
  return plan(asked).reads.map((read) => ({
    store: read.store.startsWith('SecretStore/') ? `${read.store} in ${namespace}` : read.store,
    ...whatOf(read),
    by: `${namespace}/${name}`,
    secret: asked.target?.name || name,
  }));
}

function whatOf(read: Read): Pick<Use, 'key' | 'how' | 'version'> {
  if (read.kind === 'find') return { key: read.query.name ?? read.query.path ?? '', how: 'may' };
  const { key, version } = read.ref;
  return { key, how: 'asks', ...(version === undefined ? {} : { version }) };
}

/** A find by tags or by path alone may take any key; what cannot be compiled takes none. */
function mayTake(expression: string, key: string): boolean {
  try {
    return nameMatcher(expression)(key);
  } catch {
    return false;
  }
}

const order = ({ how }: Use) => (how === 'asks' ? 0 : 1);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
