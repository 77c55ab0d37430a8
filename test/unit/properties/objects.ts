import type {
  ExternalSecretSpec,
  ExternalSecretStatus,
} from '../../../composite-controllers/external-secret/schema.ts';
import { parseDuration } from '../../../composite-controllers/lib/duration.ts';
import { fieldManager } from '../../../composite-controllers/lib/field-manager.ts';
import type { KubeObject, SecretObject } from '../../../composite-controllers/lib/objects.ts';
import { applier, ownedFields } from '../../../composite-controllers/lib/owned-fields.ts';

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

export const policyOf = (object: KubeObject) => specOf(object).target?.creationPolicy ?? 'Owner';
export const isMerging = (object: KubeObject) => ['Merge', 'CreateOrMerge'].includes(policyOf(object));

/** Whether a Secret is an ExternalSecret's child, or one that the hook has written for it. */
export function isOf(secret: SecretObject, { metadata: { name, uid } }: KubeObject): boolean {
  const owner = ownerOf(secret);
  if (owner !== undefined) return owner.uid === uid;
  return ownedFields(secret, applier(fieldManager(name))) !== undefined;
}

/** A Secret's data, decoded. */
export function textsOf(secret: SecretObject): Map<string, string> {
  return new Map(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}
