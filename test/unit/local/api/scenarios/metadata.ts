import type { Scenario } from '../conversation.ts';
import { mergePatch, namespace } from './builders.ts';

/** What the API server refuses in the metadata of any object. */
const metadataValidation: Scenario = async (call) => {
  const { path } = await namespace(call, 'meta');
  const post = (metadata: object) =>
    call('POST', `${path}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  for (const name of ['A', 'a_b', '-a', 'a..b', 'a'.repeat(254), 'a/b']) await post({ name });
  await post({ generateName: 'Gen-' });
  await post({ name: 'a', labels: { 'a b': 'x' } });
  await post({ name: 'a', labels: { '-a/b': 'x', 'a/b/c': 'x', '/c': 'y', 'a/': 'y' } });
  await post({ name: 'a', labels: { a: 'x'.repeat(64), b: '-x', c: 'a/b', d: '' } });
  await post({ name: 'a', labels: { a: 1 } });
  await post({ name: 'a', labels: ['a'] });
  await post({ name: 'a', annotations: { 'a b': 'x' } });
  await post({ name: 'a', annotations: { Upper: 'x'.repeat(262144 - 5) } });
  await post({ name: 'b', annotations: { Upper: 'x'.repeat(262144 - 4) } });
  await post({ name: 'b', finalizers: ['bad name'] });
  await post({ name: 'b', finalizers: ['foregroundDeletion', 'orphan'] });
  await post({ name: 'b', ownerReferences: [{}] });
  await post({ name: 'b', ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'e', uid: 'u' }] });
  await post({ name: 'b', ownerReferences: {} });
  await post({ name: 'b', uid: '11111111-1111-4111-8111-111111111111', resourceVersion: '' });
  await post({ name: 'c', resourceVersion: '7' });
  await post({
    name: 'c',
    generation: 7,
    creationTimestamp: '2001-01-01T00:00:00Z',
    deletionTimestamp: '2001-01-01T00:00:00Z',
  });
  await post({ name: 'd', creationTimestamp: 'yesterday' });
  await call('POST', `${path}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap' });
  await call('POST', `${path}/configmaps`, []);
  await mergePatch(call, `${path}/configmaps/c`, {
    metadata: { uid: '11111111-1111-4111-8111-111111111111' },
  });
  await mergePatch(call, `${path}/configmaps/c`, {
    metadata: { generation: 8, creationTimestamp: null, deletionTimestamp: '2001-01-01T00:00:00Z' },
  });
  await mergePatch(call, `${path}/configmaps/c`, { metadata: { namespace: 'default' } });
};

export const metadataScenarios = { metadataValidation };
