import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import {
  failure,
  loginFailure,
  saysNothingThere,
  vaultBody,
} from '../../../../providers/kit/vault/errors.ts';

const answer = (status: number, body: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  bytes: Buffer.from(body),
});

const denied = '{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}';
const noRoute = '{"errors":["no handler for route \\"nomount/data/foo\\". route entry not found."]}';
const notSuited =
  '{"request_id":"1c59f89c","lease_id":"","renewable":false,"lease_duration":0,"data":null,"wrap_info":null,"warnings":["Invalid path for a versioned K/V secrets engine."],"auth":null}';
const html = '<html><body>404 page not found</body></html>';

test("what Vault 1.14 answers, and what others answer in its place, comes to a read's error", () => {
  const rows: [status: number, body: string, code: ProviderErrorCode][] = [
    [403, denied, 'Denied'],
    [403, '{"errors":["permission denied"]}', 'Denied'],
    [403, html, 'Malformed'],
    [403, '{"message":"forbidden by the gateway"}', 'Malformed'],
    [404, noRoute, 'WrongMount'],
    [404, notSuited, 'WrongMount'],
    [404, '{"errors":["something else"]}', 'Rejected'],
    [404, html, 'Malformed'],
    [404, '', 'Malformed'],
    [404, '{}', 'Malformed'],
    [404, '[]', 'Malformed'],
    [404, 'null', 'Malformed'],
    [404, '{"errors":[]', 'Malformed'],
    [404, '{"errors":"none"}', 'Malformed'],
    [400, '{"errors":["Field validation failed"]}', 'Rejected'],
    [400, 'Client sent an HTTP request to an HTTPS server.\n', 'Malformed'],
    [401, html, 'Malformed'],
    [405, '{"errors":["unsupported operation"]}', 'Rejected'],
    [412, '{"errors":["required index state not present"]}', 'Unavailable'],
    [429, html, 'Throttled'],
    [500, html, 'Unavailable'],
    [502, '', 'Unavailable'],
    [503, '{"errors":["Vault is sealed"]}', 'Unavailable'],
    [307, '<a href="/v1/x">Temporary Redirect</a>', 'Malformed'],
    [200, html, 'Malformed'],
    [204, '', 'Malformed'],
  ];
  for (const [status, body, code] of rows) {
    const error = failure(answer(status, body), 'team/db');
    assert.equal(error.code, code, `${status} ${body}`);
    assert.equal(error.details.status, status);
    assert(!error.message.includes('denied') && !error.message.includes('html'), error.message);
  }
  assert.equal(failure(answer(429, '', { 'retry-after': '7' }), 'x').details.retryAfter, 7);
});

test('a login that is refused concerns the credentials, all else the backend', () => {
  const rows: [status: number, body: string, code: ProviderErrorCode][] = [
    [400, '{"errors":["invalid role name \\"x\\""]}', 'LoginFailed'],
    [403, '{"errors":["permission denied"]}', 'LoginFailed'],
    [404, noRoute, 'LoginFailed'],
    [403, html, 'Malformed'],
    [500, '{"errors":["lookup failed"]}', 'Unavailable'],
    [429, '', 'Throttled'],
  ];
  for (const [status, body, code] of rows) {
    assert.equal(loginFailure(answer(status, body)).code, code, `${status} ${body}`);
  }
});

test("absence is Vault's empty list of errors and nothing else", () => {
  assert(saysNothingThere(answer(404, '{"errors":[]}')));
  assert(saysNothingThere(answer(404, '{ "errors" : [ ] }\n')));
  for (const body of [noRoute, notSuited, html, '', '{}', '{"errors":null}', '{"errors":{}}', '[]']) {
    assert(!saysNothingThere(answer(404, body)), body);
  }
  for (const status of [200, 400, 403, 410, 500]) assert(!saysNothingThere(answer(status, '{"errors":[]}')));
});

test("a body is Vault's only with its marks", () => {
  assert.notEqual(vaultBody(answer(200, '{"request_id":"x","data":{}}')), undefined);
  for (const body of ['{"data":{}}', '{"request_id":1}', '"text"', '{"errors":[}', html]) {
    assert.equal(vaultBody(answer(200, body)), undefined, body);
  }
});
