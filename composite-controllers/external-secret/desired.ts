import type { SecretMap } from '../../providers/kit/provider.ts';
import { dataHash, objectHash } from '../lib/hash.ts';
import type { SecretObject } from '../lib/objects.ts';
import { encodeData } from '../lib/secret-data.ts';
import type { SyncFailure } from './errors.ts';
import {
  controllerUidLabel,
  createdByLabel,
  dataHashAnnotation,
  managedLabel,
  refreshIdAnnotation,
} from './names.ts';
import type { World } from './world.ts';

/** A Kubernetes Secret's values together, in bytes (the API server's MaxSecretSize). */
const maxSecretBytes = 1_048_576;

/** The Secret that the values make, or why they can make none. */
export type Desired =
  | { readonly kind: 'secret'; readonly secret: SecretObject }
  | { readonly kind: 'failed'; readonly failure: SyncFailure };

/** The desired Secret of creationPolicy Owner, as spec core 1.8 builds it, carrying the refresh that made it. */
export function desiredSecret(world: World, data: SecretMap, refreshId: string): Desired {
  const refused = [...data.keys()].find((key) => !isSecretKey(key));
  if (refused !== undefined) {
    return {
      kind: 'failed',
      failure: { code: 'KeyRefused', detail: `"${refused}" cannot be a key of a Secret` },
    };
  }
  const size = [...data.values()].reduce((sum, value) => sum + value.byteLength, 0);
  if (size > maxSecretBytes)
    return { kind: 'failed', failure: { code: 'TooLarge', detail: describeSize(data, size) } };
  const { labels, annotations } = world.object.metadata;
  return {
    kind: 'secret',
    secret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: world.targetName,
        namespace: world.namespace,
        labels: { ...inherited(labels), [managedLabel]: 'true', [createdByLabel]: createdBy(world) },
        annotations: {
          ...inherited(annotations),
          [dataHashAnnotation]: dataHash(data),
          [refreshIdAnnotation]: refreshId,
        },
      },
      data: encodeData(data),
    },
  };
}

/** What the API server takes: narrower than what ESO lets pass, so that the condition can name the key. */
function isSecretKey(key: string): boolean {
  return /^[-._a-zA-Z0-9]{1,253}$/.test(key) && key !== '.' && !key.startsWith('..');
}

/** Value of the created-by label: which ExternalSecret made the Secret (spec core 0.2). */
export function createdBy({ namespace, name }: Pick<World, 'namespace' | 'name'>): string {
  return objectHash(`${namespace}/${name}`);
}

/** Labels or annotations of the ExternalSecret that go to its Secret: all but those of the machinery around us. */
function inherited(map: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map ?? {}).filter(
      ([key]) =>
        key !== controllerUidLabel &&
        key !== refreshIdAnnotation &&
        !key.startsWith('metacontroller.k8s.io/'),
    ),
  );
}

function describeSize(data: SecretMap, size: number): string {
  const biggest = [...data]
    .sort(([, a], [, b]) => b.byteLength - a.byteLength)
    .slice(0, 3)
    .map(([key, value]) => `${key} (${value.byteLength} bytes)`);
  return `the values take ${size} bytes, more than ${maxSecretBytes}; the biggest: ${biggest.join(', ')}`;
}
