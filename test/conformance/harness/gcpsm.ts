import { generateKeyPairSync } from 'node:crypto';
import { type FakeGcp, startFakeGcp } from '../../fakes/gcp.ts';
import { put } from '../../fakes/gcp-model.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube, type Who } from '../harness.ts';

type Auth = 'key' | 'workload identity' | 'federation';

const everybody: readonly Who[] = ['reader', 'left', 'right', 'writer', 'stranger'];
/** Names of secrets are stricter than keys of other backends. */
const nameOf = (key: string) => key.replaceAll('/', '-');
const project = 'team';
const secretsOf = `projects/${project}/secrets`;
const emailOf = (who: Who) => `${who}-app@${project}.iam.gserviceaccount.com`;
const tokenOf = (who: Who) => `a-service-account-token-of-${who}`;

export const harnesses: readonly Harness[] = (['key', 'workload identity', 'federation'] as const).map(
  (auth) => ({
    name: `gcpsm (${auth}, loopback)`,
    provider: 'gcpsm',
    dialect: 'escaped-first',
    start: () => start(auth),
  }),
);

async function start(auth: Auth): Promise<Backend> {
  const gcp = await startFakeGcp();
  const proxy = await startRecordingProxy(gcp.url);
  const keys = Object.fromEntries(everybody.map((who) => [who, keyOf(gcp, who)]));
  for (const [who, prefix] of Object.entries({ reader: '', writer: '', left: 'left-', right: 'right-' })) {
    gcp.grants.set(emailOf(who as Who), [prefix]);
    gcp.subjects.set(tokenOf(who as Who), emailOf(who as Who));
  }
  gcp.writers.add(emailOf('writer'));
  const kube = {
    ...memoryKube(Object.fromEntries(everybody.map((who) => [`team/${who}`, { key: keys[who] ?? '' }])), ''),
    serviceAccountToken: async (_: string, name: string) => ({
      token: tokenOf(name as Who),
      expiresAt: Date.now() + 900_000,
    }),
  };
  const authOf = (who: Who) => {
    const serviceAccountRef = { name: who };
    switch (auth) {
      case 'key':
        return { secretRef: { secretAccessKeySecretRef: { name: who, key: 'key' } } };
      case 'workload identity':
        return {
          workloadIdentity: { serviceAccountRef, clusterLocation: 'europe-west3', clusterName: 'prod' },
        };
      case 'federation':
        return { workloadIdentityFederation: { serviceAccountRef, audience: '//iam.googleapis.com/pool' } };
    }
  };
  const store = (who: Who, url = proxy.url) => {
    // The endpoint is no part of a store; a client takes it up when it connects.
    process.env.GCP_ENDPOINT_URL = url;
    return {
      spec: { projectID: project, secretVersionSelectionPolicy: 'LatestOrFail', auth: authOf(who) },
      scope: { kind: 'SecretStore', name: 'gcp', namespace: 'team' } as const,
      kube,
    };
  };
  const logins = /^POST \/(token|v1\/token|v1\/identitybindingtoken)$/;
  return {
    values: 'own',
    identities: 'several',
    ...(auth === 'key' ? { rotates: true } : {}),
    emptyObjects: 'kept',
    names: 'plain',
    nameOf,
    store: (who) => store(who),
    async seed(secrets) {
      for (const { key, json } of secrets) put(gcp.secrets, `${secretsOf}/${nameOf(key)}`, json);
    },
    plain: {
      holds: 'bytes',
      write: async (key, value) => void put(gcp.secrets, `${secretsOf}/${nameOf(key)}`, value),
    },
    versions: async (key, jsons) =>
      jsons.map((json) => put(gcp.secrets, `${secretsOf}/${nameOf(key)}`, json)),
    remove: async (key) => void gcp.secrets.delete(`${secretsOf}/${nameOf(key)}`),
    finds: { path: true, tags: true, nameOf },
    // cloud.google.com/secret-manager/quotas
    largest: 65_536,
    metadata: {
      async tag(key, name, value) {
        const secret = gcp.secrets.get(`${secretsOf}/${nameOf(key)}`);
        if (secret !== undefined) secret.labels = { [name]: value };
      },
      property: (name) => `labels.${name}`,
    },
    pushes: {
      kinds: ['key', 'whole', 'property'],
      paths: true,
      unmanaged: 'refused',
      repeated: 'unchanged',
      deletes: 'secret',
      writes: () => proxy.count(/^(POST|PATCH|DELETE) .*\/secrets/),
    },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/secrets/, fault);
    },
    nowhere: () => store('reader', 'http://127.0.0.1:1'),
    logins: {
      count: () => proxy.count(logins),
      expire: async () => gcp.expireAll(),
    },
    credentials: () => [...Object.values(keys), ...everybody.map(tokenOf), ...gcp.issuedTokens()],
    async stop() {
      await proxy.close();
      await gcp.close();
    },
  };
}

/** The JSON key of a service account, which Google knows unless it is the stranger's. */
function keyOf(gcp: FakeGcp, who: Who): string {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  if (who !== 'stranger') gcp.keys.set(emailOf(who), publicKey);
  return JSON.stringify({
    type: 'service_account',
    project_id: project,
    private_key_id: 'a1b2c3',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: emailOf(who),
    token_uri: 'https://oauth2.googleapis.com/token',
  });
}
