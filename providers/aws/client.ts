import { ProviderError } from '../kit/errors.ts';
import { createHttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import type { ConnectDeps, SecretsClient, StoreScope } from '../kit/provider.ts';
import { checkSession, openSession } from './auth.ts';
import { type AwsEnvironment, readEnvironment } from './environment.ts';
import { isRegion } from './rules.ts';
import type { AwsSpec } from './schema.ts';
import type { Service, ServiceContext } from './service.ts';
import { tagsNameConsumer } from './session-tags.ts';
import { createSdkTransport } from './transport.ts';

/** A client of one service with one identity. Throws what reading the store's credentials throws, and `Misconfigured`. */
export async function connectAws(
  spec: AwsSpec,
  scope: StoreScope,
  { credentials, now, countCall, paceCall, retry }: ConnectDeps,
): Promise<SecretsClient> {
  const { region } = spec;
  if (!isRegion(region)) throw new ProviderError('Misconfigured', { what: `region ${region}` });
  const environment = await readEnvironment(process.env);
  const http = createHttpClient(environment.ca === undefined ? {} : { ca: environment.ca });
  // One attempt: the SDK would repeat logins, too, and count a repeated call as one.
  const sdk = { region, maxAttempts: 1, requestHandler: createSdkTransport(http) };
  const sts = { ...sdk, ...at(environment.sts) };
  const auth = { credentials, now, countCall, paceCall, scope, sts };
  const session = await openSession(spec, auth);
  const service = await connectService(spec, environment, {
    session,
    sdk,
    prefix: spec.prefix ?? '',
    deletion: spec.secretsManager ?? {},
    credentials,
    now,
    countCall,
    paceCall,
    ...(retry === undefined ? {} : { retry }),
  });

  const demandConsumer = () => {
    // Tags that name nobody, or the first who came, would let one namespace read as another.
    if (scope.namespace === undefined && tagsNameConsumer(spec)) {
      throw new ProviderError('Unsupported', {
        what: `sessionTagsPolicy ${spec.sessionTagsPolicy} in a ClusterSecretStore whose auth is the same for all`,
      });
    }
  };
  return {
    async read(ref, signal) {
      demandConsumer();
      const value = await service.read(ref, signal);
      return jsonSecret(value, { dots: 'escaped-first', flatten: 'raw', what: ref.key });
    },
    async find(query, signal) {
      demandConsumer();
      return service.find(query, signal);
    },
    async push(push, signal) {
      demandConsumer();
      return service.push(push, signal);
    },
    async delete(target, signal) {
      demandConsumer();
      return service.delete(target, signal);
    },
    async exists(target, signal) {
      demandConsumer();
      return service.exists(target, signal);
    },
    check: (signal) => checkSession(session, auth, signal),
    async close() {
      http.close();
    },
  };
}

/** Each service has an SDK of its own, which loads only for stores that use it. */
async function connectService(
  { service }: AwsSpec,
  { secretsManager, ssm }: AwsEnvironment,
  context: ServiceContext,
): Promise<Service> {
  switch (service) {
    case 'SecretsManager': {
      const { connectSecretsManager } = await import('./secrets-manager.ts');
      return connectSecretsManager({ ...context, sdk: { ...context.sdk, ...at(secretsManager) } });
    }
    case 'ParameterStore': {
      const { connectParameterStore } = await import('./parameter-store.ts');
      return connectParameterStore({ ...context, sdk: { ...context.sdk, ...at(ssm) } });
    }
    case 'CertificateManager':
      throw new ProviderError('Unsupported', { what: 'service CertificateManager of AWS' });
  }
}

function at(endpoint: string | undefined): { endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}
