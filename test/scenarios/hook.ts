import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compose } from '../../server/compose.ts';
import { readServeConfig } from '../../server/config.ts';
import { createLogger } from '../../server/logger.ts';
import { serve } from '../../server/serve.ts';
import type { Canaries } from '../support/canaries.ts';
import { createAuthority } from '../support/certificates.ts';
import { freePorts } from '../support/free-ports.ts';
import { http } from '../support/http.ts';
import { captureLog } from '../support/log-capture.ts';
import { tempDir } from '../support/temp-dir.ts';
import type { RestartableHook } from './world.ts';

/** The server as it ships, HTTPS with a bearer token, in this process. */
export interface Hook extends RestartableHook {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  /** All that it logged at the finest level, and its metrics from before each restart and now. */
  evidence(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

/** Starts a {@link Hook} for the cluster of a kubeconfig; it stays at one address however often it restarts. */
export async function startHook(kubeconfig: string, canaries: Canaries): Promise<Hook> {
  const dir = tempDir('hook');
  const file = async (name: string, content: string) => {
    const path = join(dir, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const authority = createAuthority();
  const identity = authority.issue({ commonName: 'keyhook' });
  const token = canaries.marker();
  const [port] = await freePorts(1);
  const usual = {
    host: '127.0.0.1',
    port: String(port),
    kubeconfig,
    'token-file': await file('token', token),
    'tls-cert-file': await file('tls.crt', identity.certPem),
    'tls-key-file': await file('tls.key', identity.keyPem),
    'shutdown-delay': '0s',
    'push-clean-up-deadline': '8s',
    'rollout-interval': '1s',
    'unsafe-allow-generic-targets': 'true',
    'log-level': 'trace',
  };
  const log = captureLog();
  const start = (flags: Readonly<Record<string, string>>) => {
    const config = readServeConfig({ ...usual, ...flags }, {});
    return serve(config, createLogger(config.logLevel, log.stream), compose);
  };
  let metrics = '';
  let besides: Readonly<Record<string, string>> = {};
  let running = await start(besides);

  const scrape = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const { status, body } = await http({ url: `${running.url}/metrics`, headers, caPem: authority.certPem });
    if (status !== 200) throw new Error(`/metrics answered ${status}`);
    metrics += body.toString();
  };
  return {
    url: running.url,
    caPem: authority.certPem,
    token,
    async restart(flags = besides) {
      besides = flags;
      await scrape();
      await running.close();
      running = await start(flags);
    },
    async evidence() {
      await scrape();
      return { log: log.text(), metrics };
    },
    stop: () => running.close(),
  };
}
