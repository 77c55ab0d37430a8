import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AwsSpec } from '../../../../providers/aws/schema.ts';
import { put } from '../../../fakes/aws-model.ts';
import { createAuthority } from '../../../support/certificates.ts';
import { startRecordingProxy } from '../../../support/recording-proxy.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { aws, connect, rejects, setEnvironment, signal, text } from './loopback.ts';

/** A client whose service is at another address. */
async function connectAt(t: TestContext, url: string, fields: Partial<AwsSpec> = {}) {
  setEnvironment({ AWS_SECRETSMANAGER_ENDPOINT: url, AWS_SSM_ENDPOINT: url });
  try {
    return await connect(t, fields);
  } finally {
    setEnvironment({ AWS_SECRETSMANAGER_ENDPOINT: aws.url, AWS_SSM_ENDPOINT: aws.url });
  }
}

async function listen(t: TestContext, server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('an answer that is not made as AWS makes it is neither a value, nor an absence, nor an empty list', async (t) => {
  let body = '';
  const answer: RequestListener = (_, response) => void response.writeHead(200).end(body);
  const url = `http://127.0.0.1:${await listen(t, createServer(answer))}`;
  const secrets = await connectAt(t, url);
  const parameters = await connectAt(t, url, { service: 'ParameterStore' });
  for (body of ['', '{}', 'null', '[]', '"x"', '<html>', '{"SecretString":5}', '{"Parameter":{"Value":5}}']) {
    for (const client of [secrets, parameters]) {
      await rejects(client.read({ key: 'x' }, signal()), 'Malformed');
      await rejects(client.read({ key: 'x', metadata: true }, signal()), 'Malformed');
      await rejects(client.find!({ name: '.' }, signal()), 'Malformed');
      await rejects(client.find!({ tags: { a: 'b' } }, signal()), 'Malformed');
      const both = ['x', 'y'].map((key) => client.read({ key }, signal()));
      for (const one of both) await rejects(one, 'Malformed');
    }
  }
});

test('a connection that was cut is used again once', async (t) => {
  put(aws.secrets, 'app', 'value');
  const proxy = await startRecordingProxy(aws.url);
  t.after(() => proxy.close());
  const client = await connectAt(t, proxy.url);
  proxy.misbehave(/^POST/, 'reset', 1);
  assert.equal(text((await client.read({ key: 'app' }, signal())).value()), 'value');
  proxy.misbehave(/^POST/, 'reset');
  await rejects(client.read({ key: 'app' }, signal()), 'Unavailable');
  assert.equal(proxy.requests.length, 4);
});

test('AWS_CA_BUNDLE names whom to trust', async (t) => {
  const authority = createAuthority();
  const { certPem, keyPem } = authority.issue({ commonName: 'secretsmanager' });
  const answer: RequestListener = (_, response) =>
    void response.writeHead(200).end('{"SecretString":"over TLS"}');
  const port = await listen(t, createTlsServer({ cert: certPem, key: keyPem }, answer));
  const url = `https://127.0.0.1:${port}`;
  const distrustful = await connectAt(t, url);
  await rejects(distrustful.read({ key: 'x' }, signal()), 'TlsFailed');

  const file = join(tempDir('aws-ca'), 'ca.pem');
  writeFileSync(file, authority.certPem);
  setEnvironment({ AWS_CA_BUNDLE: file });
  t.after(() => delete process.env.AWS_CA_BUNDLE);
  const client = await connectAt(t, url);
  assert.equal(text((await client.read({ key: 'x' }, signal())).value()), 'over TLS');
  setEnvironment({ AWS_CA_BUNDLE: `${file}.not` });
  await rejects(connectAt(t, url), 'Misconfigured');
});

test('what cannot be a region reaches no host name, and a service that is not built says so', async (t) => {
  await rejects(connect(t, { region: 'x.example.com/' }), 'Misconfigured');
  await rejects(connect(t, { service: 'CertificateManager' }), 'Unsupported');
});
