// needs: moto
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { http } from '../support/http.ts';
import { type Moto, startMoto } from '../testbed/moto.ts';

describe('moto of the test bed', () => {
  let moto: Moto;
  before(async () => {
    moto = await startMoto();
  });
  after(() => moto.stop());

  const secretsManager = async (action: string, body: object) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${action}`,
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/secretsmanager/aws4_request',
    };
    const answer = await http({ url: moto.url, method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, body: JSON.parse(answer.body.toString()) };
  };

  test('keeps secrets until it is reset', async () => {
    await secretsManager('CreateSecret', { Name: 'app', SecretString: 'value' });
    const found = await secretsManager('GetSecretValue', { SecretId: 'app' });
    assert.deepEqual([found.status, found.body.SecretString], [200, 'value']);
    await moto.reset();
    const gone = await secretsManager('GetSecretValue', { SecretId: 'app' });
    assert.equal(gone.body.__type, 'ResourceNotFoundException'); // With status 404, where AWS answers 400.
  });
});
