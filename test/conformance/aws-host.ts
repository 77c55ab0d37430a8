import { canWrite, startFakeAws } from '../fakes/aws.ts';
import { put } from '../fakes/aws-model.ts';
import { awsCaller } from '../support/aws-api.ts';
import { startMoto } from '../testbed/moto.ts';
import type { Who } from './harness.ts';

export type AwsService = 'SecretsManager' | 'ParameterStore';

/** An AWS that keeps secrets; parameters are named with a slash in front. */
export interface AwsHost {
  readonly url: string;
  /** Resolves to the name of the version. */
  write(service: AwsService, key: string, value: string | Uint8Array): Promise<string>;
  remove(service: AwsService, key: string): Promise<void>;
  /** Present where tags can be written. */
  tag?(service: AwsService, key: string, name: string, value: string): void;
  /** Present where it matters who asks. */
  readonly identities?: {
    /** Credentials of users, and ARNs of roles; nobody knows those of the stranger. */
    accessKeyId(who: Who): string;
    role(who: Who): string;
    expireSessions(): void;
  };
  credentials(): readonly string[];
  stop(): Promise<void>;
}

/** The loopback fake. */
export async function fakeHost(): Promise<AwsHost> {
  const aws = await startFakeAws();
  const accessKeyId = (who: Who) => `AKIAOF${who.toUpperCase()}`;
  const role = (who: Who) => `arn:aws:iam::123456789012:role/${who}`;
  for (const [who, start] of Object.entries({ reader: '', left: 'left/', right: 'right/', writer: '' })) {
    const grants = [start, `/${start}`, ...(who === 'writer' ? [canWrite] : [])];
    aws.users.set(accessKeyId(who as Who), grants);
    aws.roles.set(role(who as Who), grants);
  }
  const storeOf = (service: AwsService) => (service === 'SecretsManager' ? aws.secrets : aws.parameters);
  return {
    url: aws.url,
    async write(service, key, value) {
      const id = put(storeOf(service), key, value);
      return service === 'SecretsManager' ? `uuid/${id}` : String(Number(id.slice(-12)));
    },
    async remove(service, key) {
      const secret = storeOf(service).get(key);
      if (secret !== undefined) secret.deleted = true;
    },
    tag(service, key, name, value) {
      const secret = storeOf(service).get(key);
      if (secret !== undefined) secret.tags = { [name]: value };
    },
    identities: { accessKeyId, role, expireSessions: aws.expireSessions },
    credentials: aws.credentials,
    stop: aws.close,
  };
}

/** moto, to which everybody is welcome. */
export async function motoHost(): Promise<AwsHost> {
  const moto = await startMoto();
  const call = awsCaller(moto.url);
  const known = new Set<string>();
  return {
    url: moto.url,
    async write(service, key, value) {
      const isNew = !known.has(key);
      known.add(key);
      if (service === 'ParameterStore') {
        const input = { Name: key, Value: String(value), Type: 'SecureString', Overwrite: !isNew };
        return String((await call('AmazonSSM.PutParameter', input)).Version);
      }
      const content =
        typeof value === 'string'
          ? { SecretString: value }
          : { SecretBinary: Buffer.from(value).toString('base64') };
      const { VersionId } = isNew
        ? await call('secretsmanager.CreateSecret', { Name: key, ...content })
        : await call('secretsmanager.PutSecretValue', { SecretId: key, ...content });
      return `uuid/${VersionId}`;
    },
    async remove(service, key) {
      if (service === 'ParameterStore') await call('AmazonSSM.DeleteParameter', { Name: key });
      else await call('secretsmanager.DeleteSecret', { SecretId: key });
    },
    credentials: () => [],
    stop: moto.stop,
  };
}
