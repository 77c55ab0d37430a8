import type {
  ExternalSecretSpec,
  ExternalSecretStatus,
} from '../../../composite-controllers/external-secret/schema.ts';
import { parseDuration } from '../../../composite-controllers/lib/duration.ts';
import type { KubeObject, SecretObject } from '../../../composite-controllers/lib/objects.ts';

export const specOf = (object: KubeObject) => object.spec as ExternalSecretSpec;
export const statusOf = (object: KubeObject) => (object.status ?? {}) as ExternalSecretStatus;
export const readyOf = (object: KubeObject) =>
  statusOf(object).conditions?.find(({ type }) => type === 'Ready');

/** Name of an ExternalSecret's target. */
export const targetOf = (object: KubeObject) => specOf(object).target?.name ?? object.metadata.name;

/** refreshInterval in ms. */
export const intervalOf = (object: KubeObject) => parseDuration(specOf(object).refreshInterval ?? '1h');

/** The owner that is an object's controller. */
export const ownerOf = ({ metadata }: KubeObject) =>
  metadata.ownerReferences?.find(({ controller }) => controller === true);

/** A Secret's data, decoded. */
export function textsOf(secret: SecretObject): Map<string, string> {
  return new Map(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}
