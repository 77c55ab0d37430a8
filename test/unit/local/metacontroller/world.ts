import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { createInProcessApi } from '../../../../local/api/in-process.ts';
import { createStore, type Store } from '../../../../local/api/store.ts';
import { type SteppedClock, steppedClock } from '../../../../local/metacontroller/clock.ts';
import { crdType, namespaceType } from '../../../../local/metacontroller/discovery.ts';
import type { StandIn } from '../../../../local/metacontroller/stand-in.ts';
import type { KubeApi, ResourceType } from '../../../../server/kube-api.ts';
import { elsewhere, home } from '../../../golden/metacontroller/case.ts';

export const mirrorType: ResourceType = {
  group: 'golden.keyhook.test',
  version: 'v1',
  resource: 'mirrors',
  kind: 'Mirror',
  namespaced: true,
};
export const controllerType: ResourceType = {
  group: 'metacontroller.k8s.io',
  version: 'v1alpha1',
  resource: 'compositecontrollers',
  kind: 'CompositeController',
  namespaced: false,
};

/** An API server in process with the types and namespaces of the recorded cases, on a clock that a test moves. */
export async function startWorld(): Promise<{ api: KubeApi; store: Store; clock: SteppedClock }> {
  const clock = steppedClock(Date.parse('2026-01-01T00:00:00Z'));
  const store = createStore({ now: clock.now });
  const api = createInProcessApi(store);
  for (const crd of crds) await api.create(crdType, crd);
  for (const name of [home, elsewhere]) {
    const labels = name === elsewhere ? { team: 'other' } : {};
    await api.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  }
  return { api, store, clock };
}

const golden = join(import.meta.dirname, '../../../golden/metacontroller');
const crds = ['../../testbed/crds/metacontroller.yaml', 'crds.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(join(golden, file), 'utf8')).map(
    (document) => document.toJS() as KubeObject,
  ),
);

/** Lets passes run, moving the clock to what waits, until the next one is more than a minute away. */
export async function settle(standIn: StandIn, clock: SteppedClock): Promise<void> {
  for (;;) {
    if ((await standIn.step()) !== undefined) continue;
    const wait = (clock.nextTimer() ?? Number.POSITIVE_INFINITY) - clock.now();
    if (wait > 60_000) return;
    clock.advance(wait);
  }
}

/** A CompositeController of Mirrors with Secrets as children; `spec` replaces or adds fields. */
export function mirrors(spec: object = {}, hooks: object = {}): KubeObject {
  return {
    apiVersion: 'metacontroller.k8s.io/v1alpha1',
    kind: 'CompositeController',
    metadata: { name: 'mirrors' },
    spec: {
      generateSelector: true,
      parentResource: { apiVersion: 'golden.keyhook.test/v1', resource: 'mirrors' },
      childResources: [{ apiVersion: 'v1', resource: 'secrets', updateStrategy: { method: 'InPlace' } }],
      hooks: { sync: webhook('sync'), ...hooks },
      ...spec,
    },
  };
}

/** A v2 hook at `http://hook/<path>`; `fields` replaces or adds fields of the webhook. */
export function webhook(path: string, fields: object = {}): object {
  return { version: 'v2', webhook: { url: `http://hook/${path}`, ...fields } };
}

/** A parent of the recorded cases. */
export function mirror(name = 'db', spec: object = {}): KubeObject {
  return { apiVersion: 'golden.keyhook.test/v1', kind: 'Mirror', metadata: { name, namespace: home }, spec };
}

/** A Secret with one key. */
export function secret(name: string, value: string): KubeObject {
  const password = Buffer.from(value).toString('base64');
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: home }, data: { password } };
}
