import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { ProviderError } from '../../kit/errors.ts';
import type { InfisicalSpec } from '../schema.ts';
import type { LoginContext } from './context.ts';

type Section = NonNullable<InfisicalSpec['auth']['ociAuthCredentials']>;

/**
 * A signed request for the user itself, which Infisical sends to Oracle (infisical.com/docs/documentation/platform/identities/oci-auth,
 * docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm).
 */
export async function ociLogin(section: Section, { read, now }: LoginContext): Promise<object> {
  const [user, tenancy, fingerprint, region] = await Promise.all(
    [section.userId, section.tenancyId, section.fingerprint, section.region].map(read),
  );
  const passphrase = section.privateKeyPassphrase?.name
    ? await read(section.privateKeyPassphrase)
    : undefined;
  const key = privateKey(await read(section.privateKey), passphrase);
  const host = `identity.${region}.oraclecloud.com`;
  const date = new Date(now()).toUTCString();
  const signing = [`date: ${date}`, `(request-target): get /20160918/users/${user}`, `host: ${host}`].join(
    '\n',
  );
  const signature = sign('sha256', Buffer.from(signing), key).toString('base64');
  const authorization = [
    'Signature version="1"',
    'headers="date (request-target) host"',
    `keyId="${tenancy}/${user}/${fingerprint}"`,
    'algorithm="rsa-sha256"',
    `signature="${signature}"`,
  ].join(',');
  return {
    identityId: await read(section.identityId),
    userOcid: user,
    headers: { host, date, authorization },
  };
}

function privateKey(pem: string, passphrase: string | undefined): KeyObject {
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {}
  throw new ProviderError('Misconfigured', {
    what: 'auth.ociAuthCredentials.privateKey is no RSA key in PEM',
  });
}
