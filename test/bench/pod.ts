import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { createAuthority } from '../support/certificates.ts';

/** What a pod is given, so that the hook runs as it does in a cluster. */
export interface Pod {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: { readonly 'service-account-dir': string };
  stop(): Promise<void>;
}

/** A {@link Pod} that reaches an API server, which speaks HTTP on the loopback interface, as pods do: over TLS. */
export async function startPod(apiServer: string): Promise<Pod> {
  const dir = await mkdtemp(join(tmpdir(), 'keyhook-pod-'));
  const authority = createAuthority();
  const { certPem: cert, keyPem: key } = authority.issue({ commonName: 'kubernetes' });
  await writeFile(join(dir, 'ca.crt'), authority.certPem);
  await writeFile(join(dir, 'token'), 'nobody', { mode: 0o600 });
  const { port } = new URL(apiServer);
  const server = createServer({ cert, key }, (socket) => {
    const inner = connect(Number(port), '127.0.0.1');
    for (const [from, to] of [
      [socket, inner],
      [inner, socket],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    env: {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String((server.address() as AddressInfo).port),
    },
    flags: { 'service-account-dir': dir },
    async stop() {
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
