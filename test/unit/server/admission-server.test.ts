import assert from 'node:assert/strict';
import { test } from 'node:test';
import { http } from '../../support/http.ts';
import { caPem, startServing } from '../../support/serving.ts';

const path = '/validate-external-secrets-io-v1-externalsecret';

function reviewOf(spec: object): string {
  const object = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'a', namespace: 'n' },
    spec,
  };
  return JSON.stringify({ request: { uid: 'u-1', operation: 'CREATE', object } });
}

test('reviews come to a TLS port of their own, need no token, and get nothing else there', async (t) => {
  const { running } = await startServing(t, { config: { admissionPort: 0 } });
  const url = running.admissionUrl ?? assert.fail('there is no such port');
  assert.match(url, /^https:/);
  const post = (body: string, at = path) => http({ url: `${url}${at}`, method: 'POST', body, caPem });

  const refused = await post(reviewOf({ data: [] }));
  assert.equal(refused.status, 200);
  const { response } = JSON.parse(refused.body.toString());
  assert.deepEqual(response, {
    uid: 'u-1',
    allowed: false,
    status: { code: 403, reason: 'Forbidden', message: 'either data or dataFrom should be specified' },
  });

  const rows: [what: string, status: number, Promise<{ status: number; body: Buffer }>][] = [
    ['a path of the hooks', 404, post('{}', '/hooks/externalsecret/sync')],
    ['metrics', 404, post('{}', '/metrics')],
    ['a look', 405, http({ url: `${url}${path}`, caPem })],
    ['no JSON', 400, post('{')],
    ['no review', 400, post('{}')],
    [
      'too much',
      413,
      post(JSON.stringify({ pad: 'x'.repeat(9 << 20) })).catch(() => ({ status: 413, body: Buffer.of() })),
    ],
  ];
  for (const [what, status, answer] of rows) {
    const got = await answer;
    assert.equal(got.status, status, what);
    assert.equal(got.body.length, 0, what);
  }
  assert.equal((await post(reviewOf({ data: [] }))).status, 200);
  await running.close();
  await assert.rejects(post(reviewOf({ data: [] })));
});

test('there is no such port unless it is asked for', async (t) => {
  const { running } = await startServing(t, {});
  assert.equal(running.admissionUrl, undefined);
});
