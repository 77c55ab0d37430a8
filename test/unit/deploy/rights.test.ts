import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupOf } from '../../../composite-controllers/crd.ts';
import { installedKinds, parentKinds } from '../../../composite-controllers/definitions.ts';
import { knownGenerators } from '../../../composite-controllers/generator/names.ts';
import {
  editRules,
  hookRules,
  metacontrollerRules,
  type Rule,
  rolloutRules,
  rolloutWatchRules,
  tokenRules,
  viewRules,
} from '../../../deploy/rights.ts';
import { createEventWriter } from '../../../server/events.ts';
import { generatorObjects, generatorStates } from '../../../server/kube-generators.ts';
import type { KubeRequest, KubeTransport } from '../../../server/kube-http.ts';
import { clusterNamespaces, kubeReader, targetObjects, targetSecrets } from '../../../server/kube-ports.ts';
import { createKubeVerbs } from '../../../server/kube-verbs.ts';

/** Each right as `verb group/resource`. */
const rightsOf = (rules: readonly Rule[]) =>
  new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    ),
  );

/** What the API server asks its authorizer about a request for one object, or for a collection to create in. */
function rightsFor({ method, path, contentType }: KubeRequest): string[] {
  const [, group = '', , resource, name, subresource] =
    /^\/(?:api|apis\/([a-z.-]+))\/v1[a-z0-9]*(\/namespaces\/[^/]+)?\/([a-z]+)(?:\/([^/?]+))?(?:\/([a-z]+))?(?:\?.*)?$/.exec(
      path,
    ) ?? [];
  const what = `${group}/${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  if (method === 'GET') return [`${name === undefined ? 'list' : 'get'} ${what}`];
  if (method === 'POST') return [`create ${what}`];
  if (method === 'PUT') return [`update ${what}`];
  if (method === 'DELETE') return [`delete ${what}`];
  return contentType?.includes('apply-patch') ? [`patch ${what}`, `create ${what}`] : [`patch ${what}`];
}

/** Calls every method of a port; a further one needs its arguments here, or this file is no TypeScript. */
async function callAll<Port extends object>(
  port: Port,
  args: { [Name in keyof Port]: Port[Name] extends (...args: infer Args) => unknown ? Args : never },
): Promise<void> {
  for (const name of Object.keys(args) as (keyof Port)[])
    await (port[name] as (...args: unknown[]) => Promise<unknown>)(...(args[name] as unknown[]));
}

test('the hook may do what it does, and nothing else', async () => {
  const used = new Set<string>();
  const transport: KubeTransport = {
    async call<T>(request: KubeRequest) {
      // Everybody may ask which resources there are.
      if (request.path === '/apis/external-secrets.io/v1alpha1')
        return { resources: [{ name: 'pushsecrets', kind: 'PushSecret', namespaced: true }] } as T;
      if (request.path === '/apis/external-secrets.io/v1')
        return { resources: [{ name: 'externalsecrets', kind: 'ExternalSecret', namespaced: true }] } as T;
      for (const right of rightsFor(request)) used.add(right);
      const status = { token: 't', expirationTimestamp: '2026-01-01T00:00:00Z' };
      return { metadata: { name: 'n', namespace: 'ns' }, status } as T;
    },
    lines: async () => assert.fail('the hook watches nothing'),
  };
  const api = createKubeVerbs(transport);

  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'n', namespace: 'ns' } };
  const wanted = { audiences: [], expirationSeconds: 600 };
  await callAll(kubeReader(api), {
    secret: ['ns', 'n'],
    configMap: ['ns', 'n'],
    serviceAccount: ['ns', 'n'],
    serviceAccountToken: ['ns', 'n', wanted],
  });
  await callAll(targetSecrets(api), {
    get: ['ns', 'n'],
    patch: ['ns', 'n', []],
    apply: [secret, 'manager'],
  });
  await callAll(clusterNamespaces(api), { get: ['ns'] });
  // Its other methods are for targets of other kinds, whose rights come with the choice to allow them.
  const { get, patch } = targetObjects(api);
  const child = { ...secret, apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' };
  const pushed = { ...child, apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret' };
  for (const one of [child, pushed])
    await callAll({ get, patch }, { get: [one, 'ns', 'n'], patch: [one, []] });

  for (const kind of knownGenerators)
    await callAll(generatorObjects(api), {
      generator: [kind, kind === 'ClusterGenerator' ? undefined : 'ns', 'n'],
    });

  const state = {
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'GeneratorState',
    metadata: { name: 'n', namespace: 'ns', uid: 'u' },
  };
  await callAll(generatorStates(api), { create: [state], patch: [state, []], remove: [state] });

  const events = createEventWriter({ api, now: () => 0, onDropped: () => assert.fail('an event was lost') });
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'n', namespace: 'ns', uid: 'u' } };
  for (const round of ['first', 'again']) {
    events.record(object, 'Normal', 'Updated', 'the same');
    if (round === 'again') await events.close(1_000);
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual([...used].sort(), [...rightsOf([...hookRules, ...tokenRules])].sort());
});

test('with rollouts the hook may read and patch workloads, and Metacontroller only watches them', async () => {
  assert.deepEqual(
    [...rightsOf(rolloutRules)].filter((right) => right.endsWith('deployments')),
    ['get apps/deployments', 'patch apps/deployments'],
  );
  for (const right of rightsOf(rolloutWatchRules)) assert.match(right, /^(get|list|watch) apps\//);
});

test('no rule takes everything, and the hook can neither list anything nor delete but its own notes', () => {
  const all = [
    ...hookRules,
    ...tokenRules,
    ...metacontrollerRules(parentKinds),
    ...viewRules(installedKinds),
    ...editRules(installedKinds),
  ];
  for (const right of rightsOf(all)) assert.ok(!right.includes('*'), right);
  const own = 'delete generators.external-secrets.io/generatorstates';
  for (const verb of ['list', 'watch', 'delete', 'deletecollection', 'update'])
    for (const right of rightsOf([...hookRules, ...tokenRules]))
      assert.ok(right === own || !right.startsWith(`${verb} `), right);
});

test('Metacontroller reads each kind that is installed, writes its status, and what it has to hold at its end', () => {
  const rights = rightsOf(metacontrollerRules(parentKinds));
  for (const kind of parentKinds) {
    const { plural, hooks } = kind;
    for (const verb of ['get', 'list', 'watch']) assert.ok(rights.has(`${verb} ${groupOf(kind)}/${plural}`));
    assert.ok(rights.has(`update ${groupOf(kind)}/${plural}/status`));
    const isChild = parentKinds.some(({ children }) => children.some(({ resource }) => resource === plural));
    assert.equal(rights.has(`update ${groupOf(kind)}/${plural}`), hooks.includes('finalize') || isChild);
  }
});

test('who may view sees no Secret by it', () => {
  for (const right of rightsOf([...viewRules(installedKinds), ...editRules(installedKinds)]))
    assert.match(right, / (generators\.)?external-secrets\.io\//);
});
