import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { SecretsClient } from '../../../../providers/kit/provider.ts';
import type { VaultSpec } from '../../../../providers/vault/schema.ts';
import { type RecordingProxy, startRecordingProxy } from '../../../support/recording-proxy.ts';
import { connect } from './loopback.ts';

/** A Vault that lets everybody in, holds `{"a":"b"}` at every path, and says what a cluster of Vault Enterprise may say. */
export interface Stub {
  readonly proxy: RecordingProxy;
  /** A client of a store with these fields; `secrets` is the Secret of that name in the store's namespace. */
  connect(fields: Partial<VaultSpec>, secrets?: Record<string, string>): Promise<SecretsClient>;
}

const answer = JSON.stringify({
  request_id: 'x',
  data: { data: { a: 'b' }, metadata: {} },
  auth: { client_token: 'a-token', lease_duration: 3600 },
});

/** Starts a {@link Stub} for one test; its answers carry `index` in `X-Vault-Index`. */
export async function startStub(t: TestContext, { index }: { index?: string } = {}): Promise<Stub> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(index === undefined ? {} : { 'x-vault-index': index }),
    });
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await startRecordingProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(async () => {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    proxy,
    connect(fields, secrets) {
      const auth = {
        userPass: { path: 'userpass', username: 'u', secretRef: { name: 'secrets', key: 'p' } },
      };
      return connect(
        t,
        { server: proxy.url, version: 'v2', path: 'secret', auth, ...fields },
        secrets ?? { p: 'p' },
      );
    },
  };
}
