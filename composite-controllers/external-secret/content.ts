import type { SecretMap } from '../../providers/kit/provider.ts';
import { type Content, inherited } from '../secret-template/content.ts';
import type { World } from './world.ts';

/** The content without a template: the values as they are, with the labels and annotations of the ExternalSecret. */
export function plainContent({ object }: World, data: SecretMap): Content {
  const { labels, annotations } = object.metadata;
  return { data, labels: inherited(labels), annotations: inherited(annotations) };
}
