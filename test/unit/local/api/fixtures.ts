import assert from 'node:assert/strict';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { KubeApiError, type ResourceType } from '../../../../server/kube-api.ts';

const core = { group: '', version: 'v1', namespaced: true } as const;
export const secretType: ResourceType = { ...core, resource: 'secrets', kind: 'Secret' };
export const configMapType: ResourceType = { ...core, resource: 'configmaps', kind: 'ConfigMap' };
export const definitionType: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

/** A Secret in the namespace `default`. */
export function secret(name: string, data: Record<string, string> = {}, metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default', ...metadata }, data };
}

/** A ConfigMap in the namespace `default`. */
export function configMap(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
}

/** Checks that an error is the API's, with that status and reason. */
export const failsWith = (status: number, reason: string) => (error: unknown) => {
  assert.ok(error instanceof KubeApiError, String(error));
  assert.deepEqual([error.status, error.reason], [status, reason]);
  return true;
};
