import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError } from '../../../../providers/kit/errors.ts';
import type { HttpAnswer, HttpClient } from '../../../../providers/kit/http.ts';
import { form, requestToken } from '../../../../providers/kit/oauth.ts';

const now = 1_700_000_000_000;

function ask(status: number, body: string, headers: HttpAnswer['headers'] = {}) {
  const http: HttpClient = {
    request: async () => ({ status, headers, bytes: Buffer.from(body) }),
    close: () => {},
  };
  return requestToken(http, { url: 'https://token.example.com', what: 'somebody' }, now);
}

const lives: readonly [what: string, body: string, renewed: number, ended: number][] = [
  ['an hour', '{"access_token":"t","expires_in":3600}', 3600 - 225, 3600],
  ['a number as text, as Azure writes it', '{"access_token":"t","expires_in":"3600"}', 3600 - 225, 3600],
  [
    'a moment as text, as metadata servers write it',
    '{"access_token":"t","expires_on":"1700000600"}',
    540,
    600,
  ],
  [
    'a date, as Google IAM writes it',
    '{"accessToken":"t","expireTime":"2023-11-14T23:13:20Z"}',
    3600 - 225,
    3600,
  ],
  ['five minutes: not so early that each read asks', '{"access_token":"t","expires_in":300}', 270, 300],
];
for (const [what, body, renewed, ended] of lives) {
  test(`a token is renewed before its end: ${what}`, async () => {
    assert.deepEqual(await ask(200, body), {
      value: 't',
      renewAt: now + renewed * 1000,
      endsAt: now + ended * 1000,
    });
  });
}

const failures: readonly [status: number, body: string, code: string, backendCode?: string][] = [
  [400, '{"error":"invalid_grant","error_description":"words"}', 'LoginFailed', 'invalid_grant'],
  [401, '{"error":"invalid_client","error_codes":[7000215]}', 'LoginFailed', 'AADSTS7000215'],
  [403, '{"error":{"code":403,"status":"PERMISSION_DENIED"}}', 'LoginFailed', 'PERMISSION_DENIED'],
  [400, '{"error":"temporarily_unavailable"}', 'Unavailable', 'temporarily_unavailable'],
  [429, '{"error":"whatever"}', 'Throttled', 'whatever'],
  [503, '<html>', 'Unavailable'],
  [404, '<html>', 'Malformed'],
  [400, '{}', 'Malformed'],
  [200, '<html>', 'Malformed'],
  [200, '{"access_token":"","expires_in":3600}', 'Malformed'],
  [200, '{"access_token":"t"}', 'Malformed'],
  [302, '', 'Malformed'],
];
for (const [status, body, code, backendCode] of failures) {
  test(`a login without a token, HTTP ${status} ${body}, is ${code}`, async () => {
    const error = await ask(status, body, { 'retry-after': '3' }).then(
      () => assert.fail('not rejected'),
      (thrown: unknown) => thrown,
    );
    assert(error instanceof ProviderError);
    assert.equal(error.code, code);
    assert.equal(error.details.backendCode, backendCode);
    assert(!error.message.includes('words'));
  });
}

test('a form escapes what would end its fields', () => {
  assert.equal(String(form({ client_secret: 'a&b=c d+é' }).body), 'client_secret=a%26b%3Dc+d%2B%C3%A9');
});
