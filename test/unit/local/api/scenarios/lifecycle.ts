import type { Scenario } from '../conversation.ts';
import { configMap, jsonPatch, mergePatch, namespace, secret } from './builders.ts';

/** DELETE: preconditions, finalizers, what is answered. */
const deletion: Scenario = async (call) => {
  const { secrets, path } = await namespace(call, 'deletion');
  const made = await call('POST', secrets, secret('a', {}));
  await call('DELETE', `${secrets}/a`, { preconditions: { uid: '11111111-1111-4111-8111-111111111111' } });
  await call('DELETE', `${secrets}/a`, { preconditions: { resourceVersion: '1' } });
  await call('DELETE', `${secrets}/a?dryRun=All`);
  await call('DELETE', `${secrets}/a`, {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: 'Background',
    preconditions: { uid: made.body.metadata.uid, resourceVersion: made.body.metadata.resourceVersion },
  });
  await call('DELETE', `${secrets}/a`);
  await call('DELETE', `${secrets}/a`, { propagationPolicy: 'Invented' });
  await call('POST', secrets, secret('b', { metadata: { name: 'b', finalizers: ['x.io/a', 'x.io/b'] } }));
  await call('DELETE', `${secrets}/b`);
  await call('DELETE', `${secrets}/b`);
  await call('GET', `${secrets}/b`);
  await jsonPatch(call, `${secrets}/b`, [{ op: 'add', path: '/metadata/finalizers/-', value: 'x.io/c' }]);
  await mergePatch(call, `${secrets}/b`, {
    metadata: { finalizers: ['x.io/b'] },
    stringData: { still: 'writable' },
  });
  await mergePatch(call, `${secrets}/b`, { metadata: { deletionTimestamp: null } });
  await mergePatch(call, `${secrets}/b`, { metadata: { finalizers: null }, stringData: { last: 'write' } });
  await call('GET', `${secrets}/b`);
  await call('POST', `${path}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'sa' },
  });
  await call('DELETE', `${path}/serviceaccounts/sa`);
  await call('POST', `${path}/configmaps`, configMap('c', { data: { k: 'v' } }));
  await call('DELETE', `${path}/configmaps/c`);
};

/** Dependents go when their last owner is gone, and not before. */
const collection: Scenario = async (call, { gone }) => {
  const { secrets, path } = await namespace(call, 'collection');
  const owner = async (name: string) => {
    const { body } = await call('POST', `${path}/configmaps`, configMap(name));
    return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: body.metadata.uid };
  };
  const one = await owner('one');
  const two = await owner('two');
  const absent = { ...one, name: 'absent', uid: '11111111-1111-4111-8111-111111111111' };
  const dependent = (name: string, ...ownerReferences: object[]) =>
    call('POST', secrets, secret(name, { metadata: { name, ownerReferences } }));
  await dependent('of-one', one);
  await dependent('of-both', one, two);
  await dependent('of-absent', absent);
  await dependent('of-absent-too', one, absent);
  await dependent('of-replaced', { ...one, uid: absent.uid });
  await gone(`${secrets}/of-absent`);
  await gone(`${secrets}/of-replaced`);
  await call('DELETE', `${path}/configmaps/one`);
  await gone(`${secrets}/of-one`);
  await call('GET', `${secrets}/of-one`);
  await call('GET', `${secrets}/of-both`);
  const foreground = await owner('foreground');
  await dependent('of-foreground', { ...foreground, blockOwnerDeletion: true });
  await call('DELETE', `${path}/configmaps/foreground`, { propagationPolicy: 'Foreground' });
  await gone(`${path}/configmaps/foreground`);
  await call('GET', `${secrets}/of-foreground`);
  const orphaned = await owner('orphaned');
  await dependent('of-orphaned', orphaned);
  await call('DELETE', `${path}/configmaps/orphaned`, { propagationPolicy: 'Orphan' });
  await gone(`${path}/configmaps/orphaned`);
  await call('GET', `${secrets}/of-orphaned`);
};

/** A deleted namespace takes its contents along. */
const namespaces: Scenario = async (call, { gone }) => {
  const { secrets, path } = await namespace(call, 'doomed');
  await call('POST', secrets, secret('a', {}));
  await call('POST', secrets, secret('held', { metadata: { name: 'held', finalizers: ['x.io/a'] } }));
  await call('PATCH', path, { metadata: { labels: { team: 'a' } } }, 'application/merge-patch+json');
  await call('DELETE', path);
  await gone(`${secrets}/a`);
  await call('POST', secrets, secret('late', {}));
  await mergePatch(call, `${secrets}/held`, { metadata: { finalizers: null } });
  await gone(path);
  await call('GET', path);
  await call('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'Upper' },
  });
  await call('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'a.b' },
  });
};

export const lifecycleScenarios = { deletion, collection, namespaces };
