import type { Push } from '../kit/provider.ts';
import { readPushMetadata } from '../kit/push-metadata.ts';
import { K } from '../kit/schema.ts';

const pushMetadata = K.object('Metadata of a PushSecret.', {
  sourceMergePolicy: K.optional(
    K.enum('Whether the labels and annotations given here join those of the source or stand for them.', [
      'Merge',
      'Replace',
    ]),
  ),
  targetMergePolicy: K.optional(
    K.enum('What becomes of the labels and annotations of the Secret that is there.', [
      'Merge',
      'Replace',
      'Ignore',
    ]),
  ),
  labels: K.optional(K.map('Labels.', K.string())),
  annotations: K.optional(K.map('Annotations.', K.string())),
  remoteNamespace: K.optional(K.namespace('Namespace in place of that of the store.')),
});

export type Marks = ReadonlyMap<string, string>;

/** How a push labels and annotates the Secret that it makes or changes. */
export interface MarkPlan {
  readonly remoteNamespace: string | undefined;
  /** The labels of the result, given those that are there. */
  labels(present: Marks): Marks;
  annotations(present: Marks): Marks;
}

/**
 * What those who keep the source write on it describes the source alone. ESO copies it: kubectl's annotation then shows
 * every value of the source beside the one that is pushed, and by the label Metacontroller would take the copy for a child.
 */
const bookkeeping =
  /^(kubectl\.kubernetes\.io\/last-applied-configuration|metacontroller\.k8s\.io\/.*|reconcile\.external-secrets\.io\/.*|keyhook\.dev\/.*|controller-uid)$/;

/** Reads the metadata of a push (spec providers 8.3). Throws `InvalidPush`. */
export function planMarks({ source, metadata }: Push): MarkPlan {
  const given = readPushMetadata(metadata, pushMetadata) ?? {};
  const plan = (own: Readonly<Record<string, string>>, set: Readonly<Record<string, string>> = {}) => {
    const copied = Object.entries(own).filter(([name]) => !bookkeeping.test(name));
    const wanted = new Map([
      ...(given.sourceMergePolicy === 'Replace' ? [] : copied),
      ...Object.entries(set),
    ]);
    return (present: Marks): Marks => {
      if (given.targetMergePolicy === 'Ignore') return present;
      return given.targetMergePolicy === 'Replace' ? wanted : new Map([...present, ...wanted]);
    };
  };
  return {
    remoteNamespace: given.remoteNamespace,
    labels: plan(source.labels, given.labels),
    annotations: plan(source.annotations, given.annotations),
  };
}
