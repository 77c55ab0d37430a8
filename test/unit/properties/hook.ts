import { createControllers } from '../../../composite-controllers/index.ts';
import type { Settings } from '../../../composite-controllers/lib/ports.ts';
import { defaultLimits } from '../../../composite-controllers/template/limits.ts';
import { doWork } from '../../../composite-controllers/template/work.ts';
import type { Clock } from '../../../local/metacontroller/clock.ts';
import type { HookReply } from '../../../local/metacontroller/hook-client.ts';
import { createBackends } from '../../../providers/create-backends.ts';
import { generatorRegistry } from '../../../providers/generator-registry.ts';
import { createGenerators } from '../../../providers/generators.ts';
import type { Provider } from '../../../providers/kit/provider.ts';
import { silentObserver } from '../../../providers/observer.ts';
import { buildApp } from '../../../server/app.ts';
import { noAuthentication } from '../../../server/auth.ts';
import { fingerprintsBy } from '../../../server/fingerprints.ts';
import { createGate } from '../../../server/gate.ts';
import type { KubeApi } from '../../../server/kube-api.ts';
import { generatorObjects, generatorStates } from '../../../server/kube-generators.ts';
import { clusterNamespaces, kubeReader, targetObjects, targetSecrets } from '../../../server/kube-ports.ts';
import { createLogger } from '../../../server/logger.ts';
import { createMetrics } from '../../../server/metrics.ts';
import { randomness } from '../../../server/randomness.ts';

/** One replica of the hook with its own memory, as it is served but for the socket. */
export interface Hook {
  call(path: string, body: string): Promise<HookReply>;
}

export const coalesceWindowMs = 10_000;

/** Starts a {@link Hook} with an empty memory over one provider. */
export function createHook(api: KubeApi, provider: Provider, clock: Clock, settings: Settings): Hook {
  const { now } = clock;
  const providers = new Map([[provider.name, provider]]);
  const kube = kubeReader(api);
  const backends = createBackends({ providers, kube, observer: silentObserver, now, coalesceWindowMs });
  const log = createLogger('silent');
  const gate = createGate({ maxBytes: 1 << 28, maxCalls: 100, random: () => 0.5 });
  const app = buildApp({
    decorators: [],
    controllers: createControllers({
      ...{ now, providers, backends, log, settings },
      secrets: targetSecrets(api),
      objects: targetObjects(api),
      generators: createGenerators({ built: generatorRegistry, kube, observer: silentObserver, now }),
      builtGenerators: generatorRegistry,
      generatorObjects: generatorObjects(api),
      generatorStates: generatorStates(api),
      namespaces: clusterNamespaces(api),
      sources: kube,
      templates: { run: async (_tenant, work) => doWork(work, randomness, defaultLimits) },
      fingerprints: fingerprintsBy([Buffer.from('one key for all replicas')]),
      events: { record() {} },
    }),
    gate,
    metrics: createMetrics({ now, bytesInFlight: gate.bytes, process: 'ignored' }),
    auth: noAuthentication,
    ready: () => true,
    deadlineMs: 14_000,
    log,
  });
  return {
    async call(url, payload) {
      const headers = { 'content-type': 'application/json' };
      const {
        statusCode,
        headers: answered,
        body,
      } = await app.inject({ method: 'POST', url, headers, payload });
      return { status: statusCode, headers: answered as HookReply['headers'], body };
    },
  };
}
