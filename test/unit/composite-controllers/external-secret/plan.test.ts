import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan } from '../../../../composite-controllers/external-secret/plan.ts';

test('a read knows every property that is taken of it', () => {
  const ref = (property?: string) => ({ key: 'k', ...(property === undefined ? {} : { property }) });
  const { reads } = plan({
    secretStoreRef: { name: 's', kind: 'SecretStore' },
    data: [ref('a'), ref('b'), ref('a'), ref()].map((remoteRef, index) => ({
      secretKey: `${index}`,
      remoteRef,
    })),
  } as unknown as Parameters<typeof plan>[0]);
  assert.deepEqual(
    reads.map((read) => read.kind === 'key' && read.properties),
    [['a', 'b', '']],
  );
});
