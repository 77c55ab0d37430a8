/** Names that Keyhook reads or writes on objects (spec core 0.2); ESO's own where ESO has one. */
export const managedLabel = 'reconcile.external-secrets.io/managed';
export const createdByLabel = 'reconcile.external-secrets.io/created-by';
export const dataHashAnnotation = 'reconcile.external-secrets.io/data-hash';
export const forceSyncAnnotation = 'external-secrets.io/force-sync';
/** The refresh whose value the Secret carries (design rule 2). */
export const refreshIdAnnotation = 'keyhook.dev/refresh-id';
/** When the generated values that the Secret carries were made. */
export const generatedAtAnnotation = 'keyhook.dev/generated-at';
/** When the generated values that the Secret carries have to be made anew. */
export const renewAtAnnotation = 'keyhook.dev/renew-at';
/** The GeneratorStates of the generated values that the Secret carries. */
export const statesAnnotation = 'keyhook.dev/generator-states';
/** What a Secret says of the refresh that made it. */
export const markAnnotations: readonly string[] = [
  refreshIdAnnotation,
  generatedAtAnnotation,
  renewAtAnnotation,
  statesAnnotation,
];
/** Fingerprint of what a Secret with something random in it was made from, so that it stays while that stays. */
export const inputsAnnotation = 'keyhook.dev/template-inputs';
/** Metacontroller puts it on each child of a controller with generateSelector. */
export const controllerUidLabel = 'controller-uid';
/** Its presence proves that Metacontroller runs with dynamic-apply (design rule 8). */
export const dynamicApplyAnnotation = 'metacontroller.k8s.io/last-applied-configuration';
/** What `status.refreshId` holds when a refresh ended with no Secret at all. */
export const noSecret = 'none';
