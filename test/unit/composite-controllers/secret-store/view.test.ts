import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStoreCheck } from '../../../../composite-controllers/secret-store/validity.ts';
import { viewStore } from '../../../../composite-controllers/secret-store/view.ts';
import { fake } from '../../../../providers/fake/index.ts';

const store = (retrySettings: object | undefined) => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'SecretStore',
  metadata: { name: 'vault', namespace: 'team-a', uid: 'u', generation: 1 },
  spec: {
    provider: { fake: { data: [{ key: 'k', value: 'v' }] } },
    ...(retrySettings === undefined ? {} : { retrySettings }),
  },
});
const scope = { kind: 'SecretStore', name: 'vault', namespace: 'team-a' } as const;
const check = createStoreCheck(new Map([['fake', fake]]));

for (const { given, retry } of [
  { given: undefined, retry: undefined },
  { given: {}, retry: {} },
  { given: { maxRetries: 3 }, retry: { maxRetries: 3 } },
  { given: { maxRetries: 3, retryInterval: '1m30s' }, retry: { maxRetries: 3, intervalMs: 90_000 } },
]) {
  test(`retrySettings ${JSON.stringify(given)} reach the provider`, () => {
    assert.deepEqual(viewStore(store(given), 'SecretStore').handle.retry, retry);
    assert.equal(check(store(given), scope), undefined);
  });
}

test('a retryInterval that is no duration makes the store say so', () => {
  const object = store({ retryInterval: 'soon' });
  assert.match(check(object, scope)?.detail ?? '', /^spec\.retrySettings\.retryInterval: /);
  assert.deepEqual(viewStore(object, 'SecretStore').handle.retry, {});
});
