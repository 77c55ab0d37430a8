import { stringify } from 'yaml';

/** YAML of some objects, one document each, without anchors. */
export function toYaml(objects: readonly object[]): string {
  return objects
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}
