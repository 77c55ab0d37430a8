import { hash } from 'node:crypto';
import type { JsonPatchOperation } from '../lib/json-patch.ts';
import { pointerSegment } from '../lib/json-patch.ts';
import type { KubeObject } from '../lib/objects.ts';
import { type Baseline, baselineText } from './baseline.ts';
import type { Decision } from './decide.ts';
import { baselineAnnotation, templateAnnotation } from './names.ts';

/**
 * One write, bound to the version that was decided about: the baseline and, for a rollout, the pod template change
 * together or not at all. So whoever is killed when, no rollout is lost and none comes twice. Pure.
 */
export function patchOf(
  live: KubeObject,
  decision: Extract<Decision, { kind: 'Record' | 'Rollout' }>,
): readonly JsonPatchOperation[] {
  const { metadata, spec } = live;
  const text = baselineText(decision.baseline);
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    ...annotated('/metadata', metadata, baselineAnnotation, text),
    ...(decision.kind === 'Rollout' ? templateAnnotated(spec, decision.baseline) : []),
  ];
}

interface Annotated {
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The hash covers the time: data that comes back to what it was is a rollout, too. */
function templateAnnotated(spec: unknown, baseline: Baseline): JsonPatchOperation[] {
  const { metadata } = (spec as { template?: { metadata?: Annotated } }).template ?? {};
  const path = '/spec/template/metadata';
  const version = hash('sha256', baselineText(baseline)).slice(0, 32);
  return [
    ...(metadata === undefined ? [{ op: 'add', path, value: {} } as const] : []),
    ...annotated(path, metadata ?? {}, templateAnnotation, version),
  ];
}

function annotated(
  path: string,
  { annotations }: Annotated,
  name: string,
  value: string,
): JsonPatchOperation[] {
  return [
    ...(annotations === undefined ? [{ op: 'add', path: `${path}/annotations`, value: {} } as const] : []),
    { op: 'add', path: `${path}/annotations/${pointerSegment(name)}`, value },
  ];
}
