/** Annotations of a workload by which its owner asks for rollouts, and says when they may begin. */
export const optInAnnotation = 'keyhook.dev/rollout';
export const windowsAnnotation = 'keyhook.dev/rollout-windows';
export const spacingAnnotation = 'keyhook.dev/rollout-min-spacing';
/** What the hook keeps on the workload: which data its pods were last told of. No part of the pod template. */
export const baselineAnnotation = 'keyhook.dev/rollout-baseline';
/** What the hook writes into the pod template: a change of it is a rollout. */
export const templateAnnotation = 'keyhook.dev/secrets';
