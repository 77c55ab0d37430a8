import { join } from 'node:path';
import { freePorts } from '../support/free-ports.ts';
import { http } from '../support/http.ts';
import { serviceDir, startService, whenReady } from '../support/processes.ts';
import { build } from './build.ts';

/** moto's server: an in-memory AWS that speaks the wire protocol of Secrets Manager, SSM, STS and others. */
export interface Moto {
  /** The endpoint for every service. */
  readonly url: string;
  /** Forgets all that was stored. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a {@link Moto}; it ends with the test process at the latest. */
export async function startMoto(): Promise<Moto> {
  const environment = await build('moto');
  const [port] = await freePorts(1);
  const dir = serviceDir('moto');
  const url = `http://127.0.0.1:${port}`;
  const service = startService('moto', {
    command: join(environment, 'bin', 'python'),
    args: ['-m', 'moto.server', '--host', '127.0.0.1', '--port', String(port)],
    dir: dir.path,
  });
  const reset = async () => {
    const { status } = await http({ url: `${url}/moto-api/reset`, method: 'POST' });
    if (status !== 200) throw new Error(`moto answered ${status}`);
  };
  await whenReady(service, reset);

  return {
    url,
    reset,
    async stop() {
      await service.stop('at once');
      await dir.remove();
    },
  };
}
