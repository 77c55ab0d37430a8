import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { admissions } from '../../composite-controllers/admission.ts';
import type { CompositeController } from '../../composite-controllers/controller.ts';
import { registry } from '../../providers/registry.ts';
import type { Ports } from '../../server/compose.ts';
import { readServeConfig, type ServeConfig } from '../../server/config.ts';
import { createLogger } from '../../server/logger.ts';
import { serve } from '../../server/serve.ts';
import { createAuthority } from './certificates.ts';
import { answering, controllerThat, syncBody } from './hook-app.ts';
import { http } from './http.ts';
import { captureLog } from './log-capture.ts';
import { tempDir } from './temp-dir.ts';

const root = tempDir('serving');
let dirs = 0;
/** The token that is accepted. */
export const servingToken = 'token-0123456789abcdef';
const authority = createAuthority();
/** Of the authority that signed the server's certificate. */
export const caPem = authority.certPem;
const identity = authority.issue({ commonName: 'hook' });

/** A Kubernetes API that takes whatever it is given, and a kubeconfig for it. */
async function kubernetes(t: TestContext) {
  const written: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method !== 'GET') written.push(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(body || '{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const kubeconfig = JSON.stringify({
    clusters: [
      { name: 'c', cluster: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } },
    ],
    users: [{ name: 'u', user: { token: 'kube' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
  return { written, kubeconfig };
}

export interface Started {
  readonly config?: Partial<ServeConfig>;
  readonly controller?: (ports: Ports) => CompositeController;
}

/** A serving process on ports of its own, and what it leaves behind. */
export async function startServing(
  t: TestContext,
  { config = {}, controller = () => controllerThat(() => answering()) }: Started,
) {
  const dir = join(root, String(dirs++));
  mkdirSync(dir);
  const file = (name: string, content: string) => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  const { written, kubeconfig } = await kubernetes(t);
  const flags = {
    host: '127.0.0.1',
    port: '0',
    'token-file': file('token', servingToken),
    'tls-cert-file': file('tls.crt', identity.certPem),
    'tls-key-file': file('tls.key', identity.keyPem),
    kubeconfig: file('kubeconfig', kubeconfig),
    'shutdown-delay': '0s',
  };
  const log = captureLog();
  const ended: string[] = [];
  const backends = { close: async () => void ended.push(`backends closed after ${written.length} events`) };
  const running = await serve(
    { ...readServeConfig(flags, {}), ...config },
    createLogger('trace', log.stream),
    (ports) => ({
      controllers: [controller(ports)],
      decorators: [],
      backends,
      admissions: admissions(registry),
    }),
  ).catch((error: unknown) => {
    throw Object.assign(error as Error, { ended });
  });
  t.after(running.close);
  const headers = { authorization: `Bearer ${servingToken}`, 'content-type': 'application/json' };
  const url = `${running.url}/hooks/externalsecret/sync`;
  const post = (body: string, extra: Record<string, string> = {}) =>
    http({ url, method: 'POST', headers: { ...headers, ...extra }, body, caPem });
  return { running, log, written, ended, post, headers, url };
}

/** The body of a sync call that any controller of ExternalSecrets takes. */
export const callBody = JSON.stringify(syncBody);
