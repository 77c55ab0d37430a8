import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admissions, review } from '../../../composite-controllers/admission.ts';
import { createClusterPushSecretController } from '../../../composite-controllers/cluster-push-secret/sync.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { settings } from '../../support/builders.ts';

const pushSecretSpec = {
  refreshInterval: '1h0m0s',
  updatePolicy: 'Replace',
  deletionPolicy: 'None',
  secretStoreRefs: [{ name: 'shared', kind: 'ClusterSecretStore' }],
  selector: { secret: { name: 'source' } },
};
const parent = (fields: object = {}): KubeObject => ({
  apiVersion: 'external-secrets.io/v1alpha1',
  kind: 'ClusterPushSecret',
  metadata: {
    name: 'up',
    uid: 'cps-uid',
    generation: 1,
    annotations: { 'external-secrets.io/force-sync': '1' },
  },
  spec: { namespaceSelectors: [{ matchLabels: { team: 'a' } }], pushSecretSpec, ...fields },
});
const namespace: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'team-a', uid: 'ns', labels: { team: 'a' } },
};

async function pass(object: KubeObject, existing?: KubeObject) {
  const controller = createClusterPushSecretController({
    now: () => 0,
    objects: { get: async () => existing, patch: async (object) => ({ kind: 'patched', object }) },
    namespaces: { get: async () => namespace },
    events: { record() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    settings,
  });
  const outcome = await controller.sync(
    {
      controller: object,
      parent: object,
      children: { 'PushSecret.external-secrets.io/v1alpha1': {} },
      related: { 'Namespace.v1': { 'team-a': namespace } },
      finalizing: false,
    },
    { signal: new AbortController().signal },
  );
  assert.ok(outcome.kind === 'answer');
  return outcome.response;
}

test('each selected namespace gets a PushSecret of the name, the metadata and the spec; force-sync is not handed on', async () => {
  const { children, status } = await pass(
    parent({ pushSecretName: 'app', pushSecretMetadata: { labels: { a: 'b' }, annotations: { c: 'd' } } }),
  );
  assert.deepEqual(children, [
    {
      apiVersion: 'external-secrets.io/v1alpha1',
      kind: 'PushSecret',
      metadata: { name: 'app', namespace: 'team-a', labels: { a: 'b' }, annotations: { c: 'd' } },
      spec: pushSecretSpec,
    },
  ]);
  assert.equal((status as { pushSecretName?: string }).pushSecretName, 'app');
  const [unnamed] = (await pass(parent())).children;
  assert.equal(unnamed?.metadata.name, 'up');
});

test('a PushSecret of somebody else is reported, and not stated', async () => {
  const foreign = {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'PushSecret',
    metadata: { name: 'up', namespace: 'team-a', uid: 'foreign' },
    spec: {},
  };
  const { children, status } = await pass(parent(), foreign);
  assert.deepEqual(children, []);
  assert.deepEqual((status as { failedNamespaces?: object[] }).failedNamespaces, [
    { namespace: 'team-a', reason: 'push secret already exists in namespace' },
  ]);
});

test('admission refuses a ClusterPushSecret, and a PushSecret, for the reasons of the hook', () => {
  const verdict = (object: KubeObject) => {
    const admission = admissions(new Map()).find(({ kind }) => kind === object.kind);
    assert.ok(admission !== undefined);
    const { response } = review(admission, { request: { uid: 'u', operation: 'CREATE', object } }) as {
      response: { allowed: boolean; status?: { message: string } };
    };
    return response.status?.message;
  };
  const one = (spec: object): KubeObject => ({ ...parent(), kind: 'PushSecret', spec });
  assert.equal(verdict(parent()), undefined);
  assert.equal(verdict(one(pushSecretSpec)), undefined);
  const wrong = {
    ...pushSecretSpec,
    dataTo: [{ storeRef: { name: 'other', kind: 'SecretStore' }, conversionStrategy: 'None' }],
  };
  assert.equal(verdict(one(wrong)), 'dataTo[0]: storeRef "other" not found in secretStoreRefs');
  assert.match(
    verdict(parent({ pushSecretSpec: wrong })) ?? '',
    /storeRef "other" not found in secretStoreRefs/,
  );
  const selector = { matchExpressions: [{ key: 'a', operator: 'In' }] };
  assert.match(verdict(parent({ namespaceSelectors: [selector] })) ?? '', /the label selector is not valid/);
});
