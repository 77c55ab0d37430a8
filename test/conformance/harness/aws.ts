import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type AwsHost, type AwsService, fakeHost } from '../aws-host.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';

type Auth = 'jwt' | 'secretRef';

const isWrite = /\.(Create|Put|Delete|Tag|Untag|Add|Remove)/;

const secretAccessKey = 'a-secret-access-key-that-nobody-checks';
const serviceAccountToken = 'a-service-account-token-that-nobody-checks';

/** Both services with both kinds of identity, on a host. */
export function awsHarnesses(hostName: string, startHost: () => Promise<AwsHost>): Harness[] {
  const variants: readonly [service: AwsService, auth: Auth][] = [
    ['SecretsManager', 'jwt'],
    ['SecretsManager', 'secretRef'],
    ['ParameterStore', 'jwt'],
  ];
  return variants.map(([service, auth]) => ({
    name: `aws (${service}, ${auth}, ${hostName})`,
    provider: 'aws',
    dialect: 'escaped-first',
    start: async () => start(await startHost(), service, auth),
  }));
}

export const harnesses: readonly Harness[] = awsHarnesses('loopback', fakeHost);

async function start(host: AwsHost, service: AwsService, auth: Auth): Promise<Backend> {
  // Faults are for reads: STS has a way of its own.
  const reads = await startRecordingProxy(host.url);
  const sts = await startRecordingProxy(host.url);
  const prefix = service === 'ParameterStore' ? '/' : '';
  const accessKeyId = host.identities?.accessKeyId ?? (() => 'AKIAANYBODY');
  const role = host.identities?.role ?? (() => 'arn:aws:iam::123456789012:role/anybody');
  const named = (who: Who) => ({ id: accessKeyId(who), key: `${secretAccessKey}\n` });
  const kube = {
    ...memoryKube(
      {
        'team/reader': named('reader'),
        'team/left': named('left'),
        'team/right': named('right'),
        'team/writer': named('writer'),
        'team/stranger': named('stranger'),
      },
      serviceAccountToken,
    ),
    serviceAccount: async (_: string, name: string) => ({
      annotations: { 'eks.amazonaws.com/role-arn': role(name as Who) },
    }),
  };
  const authOf = (who: Who) =>
    auth === 'jwt'
      ? { jwt: { serviceAccountRef: { name: who } } }
      : {
          secretRef: {
            accessKeyIDSecretRef: { name: who, key: 'id' },
            secretAccessKeySecretRef: { name: who, key: 'key' },
          },
        };
  const store = (who: Who, endpoints = { reads: reads.url, sts: sts.url }) => {
    // Endpoints are no part of a store; a client takes them up when it connects.
    process.env.AWS_SECRETSMANAGER_ENDPOINT = endpoints.reads;
    process.env.AWS_SSM_ENDPOINT = endpoints.reads;
    process.env.AWS_STS_ENDPOINT = endpoints.sts;
    return {
      spec: {
        service,
        region: 'eu-west-1',
        prefix,
        auth: authOf(who),
        sessionTagsPolicy: 'None',
        secretsManager: { forceDeleteWithoutRecovery: true },
      },
      scope: { kind: 'SecretStore', name: 'aws', namespace: 'team' } as const,
      kube,
    };
  };
  const assumed = () => sts.requests.filter(({ body }) => body.includes('Action=AssumeRole')).length;
  const nowhere = 'http://127.0.0.1:1';
  const { identities } = host;

  return {
    values: 'own',
    identities: identities === undefined ? 'none' : 'several',
    ...(auth === 'secretRef' && identities !== undefined ? { rotates: true } : {}),
    emptyObjects: 'kept',
    ...(service === 'ParameterStore' ? { names: 'plain' } : {}),
    store: (who) => store(who),
    async seed(secrets) {
      for (const { key, json } of secrets) await host.write(service, `${prefix}${key}`, json);
    },
    plain: {
      holds: service === 'ParameterStore' ? 'text' : 'bytes',
      write: async (key, value) => void (await host.write(service, `${prefix}${key}`, value)),
    },
    // To Parameter Store a missing version is an error, as in ESO.
    ...(service === 'ParameterStore'
      ? {}
      : {
          versions: async (key, jsons) => {
            const names: string[] = [];
            for (const json of jsons) names.push(await host.write(service, key, json));
            return names;
          },
        }),
    ...(host.tag === undefined
      ? {}
      : {
          metadata: {
            tag: async (key, name, value) => host.tag?.(service, `${prefix}${key}`, name, value),
            property: (name) => name,
          },
        }),
    remove: (key) => host.remove(service, `${prefix}${key}`),
    finds: {
      ...(service === 'ParameterStore' ? {} : { path: true }),
      ...(host.tag === undefined ? {} : { tags: true }),
      nameOf: (key) => `${prefix}${key}`,
    },
    // docs.aws.amazon.com: 65,536 bytes of a secret, 4 KB of a standard parameter
    largest: service === 'ParameterStore' ? 4_096 : 65_536,
    fail(fault) {
      reads.heal();
      if (fault !== undefined) reads.misbehave(/^POST /, fault);
    },
    pushes: {
      kinds: service === 'ParameterStore' ? ['key'] : ['key', 'whole', 'property'],
      paths: true,
      unmanaged: 'refused',
      repeated: 'unchanged',
      deletes: 'secret',
      writes: () =>
        reads.requests.filter(({ headers }) => isWrite.test(String(headers['x-amz-target']))).length,
    },
    // Given credentials are good until the service says otherwise, so a check says nothing about it.
    ...(auth === 'secretRef' ? {} : { nowhere: () => store('reader', { reads: nowhere, sts: nowhere }) }),
    ...(auth === 'secretRef' || identities === undefined
      ? {}
      : { logins: { count: assumed, expire: async () => identities.expireSessions() } }),
    credentials: () => [secretAccessKey, serviceAccountToken, ...host.credentials()],
    async stop() {
      await reads.close();
      await sts.close();
      await host.stop();
    },
  };
}
