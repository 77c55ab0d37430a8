import type { Static } from 'typebox';
import { ownershipMark } from '../kit/push.ts';
import { K } from '../kit/schema.ts';
import type { Place } from './names.ts';

/** The `spec` of a PushSecret's metadata (spec providers 4.5). */
export const gcpMetadata = K.object('How a secret is made and labelled.', {
  annotations: K.optional(K.map('Annotations; they replace those that are there.', K.string())),
  labels: K.optional(K.map('Labels.', K.string())),
  topics: K.optional(K.list('Pub/Sub topics that are told of changes; set at creation only.', K.string())),
  mergePolicy: K.optional(
    K.enum('Whether labels replace those that are there, or are added to them. Absent means Replace.', [
      'Replace',
      'Merge',
    ]),
  ),
  cmekKeyName: K.optional(K.string('Key of Cloud KMS that encrypts the secret; set at creation only.')),
  replicationLocation: K.optional(K.string('One location of the secret. Deprecated.')),
  replicationLocations: K.optional(K.list('Locations of the secret; set at creation only.', K.string())),
});

/** Metadata of a push that has some. */
export type GcpMetadata = Static<typeof gcpMetadata>;

type Texts = Readonly<Record<string, string>>;

/** Labels and annotations as they are to be; with Merge labels that are there win, and the mark always does. */
export function labelsAndAnnotations(
  { labels = {}, annotations = {}, mergePolicy = 'Replace' }: GcpMetadata = {},
  existing: Texts,
): { labels: Record<string, string>; annotations: Record<string, string> } {
  const kept = mergePolicy === 'Merge' ? existing : {};
  return {
    labels: { ...labels, ...kept, [ownershipMark.name]: ownershipMark.value },
    annotations: { ...annotations },
  };
}

/** Where a new secret is kept and by what it is encrypted; a regional one is where its store is. */
export function replicationOf(
  { location }: Place,
  { cmekKeyName, replicationLocation, replicationLocations = [] }: GcpMetadata = {},
): object {
  const encryption = cmekKeyName ? { customerManagedEncryption: { kmsKeyName: cmekKeyName } } : {};
  if (location !== undefined) return encryption;
  const locations = [...replicationLocations, ...(replicationLocation ? [replicationLocation] : [])];
  if (locations.length === 0) return { replication: { automatic: encryption } };
  const replicas = [...new Set(locations)].map((one) => ({ location: one, ...encryption }));
  return { replication: { userManaged: { replicas } } };
}
