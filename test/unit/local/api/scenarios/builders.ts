import type { Answer, Call } from '../conversation.ts';

/** Creates a namespace and returns the paths of its collections. */
export async function namespace(call: Call, name: string): Promise<{ secrets: string; path: string }> {
  await call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const path = `/api/v1/namespaces/${name}`;
  return { secrets: `${path}/secrets`, path };
}

export function secret(name: string, fields: object): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...fields };
}

export function configMap(name: string, fields: object = {}): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...fields };
}

export function apply(call: Call, path: string, query: string, object: object): Promise<Answer> {
  return call('PATCH', `${path}?${query}`, object, 'application/apply-patch+yaml');
}

export function applyYaml(call: Call, path: string, query: string, yaml: string): Promise<Answer> {
  return call('PATCH', `${path}?${query}`, yaml, 'application/apply-patch+yaml');
}

export function jsonPatch(call: Call, path: string, operations: unknown): Promise<Answer> {
  return call('PATCH', path, operations, 'application/json-patch+json');
}

export function mergePatch(call: Call, path: string, patch: unknown): Promise<Answer> {
  return call('PATCH', path, patch, 'application/merge-patch+json');
}

export function strategicPatch(call: Call, path: string, patch: unknown): Promise<Answer> {
  return call('PATCH', path, patch, 'application/strategic-merge-patch+json');
}

/** The text in base64, as a Secret's data holds it. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
