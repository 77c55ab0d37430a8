import type { Problem } from '../../providers/kit/provider.ts';
import type { KubeObject, ObjectMeta } from '../lib/objects.ts';
import type { ObjectKind } from '../lib/ports.ts';

/** A cluster-scoped parent kind with one child in each namespace that it selects (spec core 3.1, 3.4). */
export interface FanOutKind {
  readonly kind: string;
  /** Path segment of its hooks. */
  readonly controller: string;
  readonly child: ObjectKind;
  /** Field of the status that keeps the children's name, by which a renamed child is known. */
  readonly nameField: string;
  /** What is said of a namespace in which the name is taken. */
  readonly taken: string;
  /** What is wrong with the spec's shape; nothing else looks at a spec with problems. */
  readonly problems: (parent: KubeObject) => readonly Problem[];
  /** What each child holds, whatever its namespace. */
  readonly template: (parent: KubeObject) => ChildTemplate;
}

/** A child but for its namespace. */
export interface ChildTemplate {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The child of a namespace. */
export function childIn(namespace: string, child: ObjectKind, template: ChildTemplate): KubeObject {
  const { name, labels, annotations, spec } = template;
  const metadata: ObjectMeta = {
    name,
    namespace,
    ...(Object.keys(labels).length === 0 ? {} : { labels: { ...labels } }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } }),
  };
  return { ...child, metadata, spec };
}
