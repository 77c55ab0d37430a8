import assert from 'node:assert/strict';
import { after, afterEach, before, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { connectAws } from '../../../../providers/aws/client.ts';
import type { AwsSpec } from '../../../../providers/aws/schema.ts';
import { createCredentials } from '../../../../providers/kit/credentials.ts';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { KubeReader, TokenRequest } from '../../../../providers/kit/kube.ts';
import type {
  ConnectDeps,
  SecretMap,
  SecretsClient,
  StoreScope,
} from '../../../../providers/kit/provider.ts';
import { memoryKube } from '../../../conformance/harness.ts';
import { type FakeAws, startFakeAws } from '../../../fakes/aws.ts';
import { remoteWords } from '../../../fakes/aws-model.ts';
import { canaries } from '../../../support/canaries.ts';

/** A loopback AWS for the tests of one file; `AKIAREADER` may read all, and so may the role {@link reader}. */
export let aws: FakeAws;

const secrets = canaries();
export const secretAccessKey = secrets.watch('secret/access+key/of/the/reader');
const serviceAccountToken = secrets.watch('a-token-of-a-service-account');
secrets.watch(remoteWords);
export const reader = 'arn:aws:iam::123456789012:role/reader';

before(async () => {
  aws = await startFakeAws();
  aws.users.set('AKIAREADER', ['']);
  aws.roles.set(reader, ['']);
  // Nobody's own identity: not that of the machine which runs the tests, and not of its developer.
  for (const name of Object.keys(process.env)) if (/^AWS_|_PROXY$/i.test(name)) delete process.env[name];
  setEnvironment({
    AWS_SECRETSMANAGER_ENDPOINT: aws.url,
    AWS_SSM_ENDPOINT: aws.url,
    AWS_STS_ENDPOINT: aws.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nowhere',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
  });
});
afterEach(() => aws.heal());
after(() => aws.close());

/** Sets variables of this process. */
export function setEnvironment(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}

export const signal = () => AbortSignal.timeout(10_000);
export const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
export const texts = (map: SecretMap) =>
  Object.fromEntries([...map].map(([key, bytes]) => [key, text(bytes)]));
export const store: StoreScope = { kind: 'SecretStore', name: 'store', namespace: 'team' };

export const staticAuth = {
  secretRef: {
    accessKeyIDSecretRef: { name: 'aws', key: 'id' },
    secretAccessKeySecretRef: { name: 'aws', key: 'key' },
  },
};

export function specOf(fields: Partial<AwsSpec> = {}): AwsSpec {
  return {
    service: 'SecretsManager',
    region: 'eu-west-1',
    auth: staticAuth,
    sessionTagsPolicy: 'None',
    ...fields,
  };
}

export interface Surroundings extends Partial<Pick<ConnectDeps, 'now' | 'countCall' | 'retry'>> {
  readonly scope?: StoreScope;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Takes each TokenRequest. */
  readonly tokens?: [namespace: string, name: string, request: TokenRequest][];
}

/** A client of a section; every Secret `aws` holds the reader's static credentials. */
export async function connect(
  t: TestContext,
  fields: Partial<AwsSpec> = {},
  { scope = store, annotations = {}, tokens = [], ...deps }: Surroundings = {},
): Promise<SecretsClient> {
  const keys = { id: 'AKIAREADER\n', key: `${secretAccessKey}\n` };
  const kube: KubeReader = {
    ...memoryKube({ 'team/aws': keys, 'other/aws': keys }, serviceAccountToken),
    serviceAccount: async () => ({ annotations }),
    async serviceAccountToken(namespace, name, request) {
      tokens.push([namespace, name, request]);
      return { token: serviceAccountToken, expiresAt: Date.now() + 3_600_000 };
    },
  };
  const credentials = createCredentials(scope, kube);
  const client = await connectAws(specOf(fields), scope, {
    credentials,
    now: Date.now,
    countCall: () => {},
    ...deps,
  });
  t.after(() => client.close());
  return client;
}

/** The operations that AWS saw since. */
export function callsSince(start: number): string[] {
  return aws.calls.slice(start).map(({ operation }) => operation);
}

/** The error with that code, which says nothing that it must not. */
export async function rejects(work: Promise<unknown>, code: ProviderErrorCode): Promise<ProviderError> {
  const error = await work.then(
    () => assert.fail(`not rejected with ${code}`),
    (reason: unknown) => reason,
  );
  for (const value of aws.credentials()) secrets.watch(value);
  secrets.assertNoCanary(inspect(error, { depth: 10, showHidden: true }));
  assert(error instanceof ProviderError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}
