import { type KeyObject, randomBytes } from 'node:crypto';

/** A key pair as OpenSSH writes it. */
export interface OpenSshPair {
  /** PEM of openssh-key-v1, without a passphrase. */
  readonly privateKey: string;
  /** A line of authorized_keys. */
  readonly publicKey: string;
}

interface Fields {
  readonly type: string;
  readonly publicPart: readonly Buffer[];
  readonly privatePart: readonly Buffer[];
}

/** A private key in OpenSSH's formats (github.com/openssh/openssh-portable PROTOCOL.key; RFC 4253, 5656, 8709). */
export function openSshPair(key: KeyObject, comment: string): OpenSshPair {
  const { type, publicPart, privatePart } = fieldsOf(key);
  const blob = Buffer.concat([text(type), ...publicPart]);
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, text(type), ...privatePart, text(comment)]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    text('none'),
    text('none'),
    text(''),
    Buffer.from([0, 0, 0, 1]),
    string(blob),
    string(Buffer.concat([secret, padding])),
  ]);
  const lines = file.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `${type} ${blob.toString('base64')}${comment === '' ? '' : ` ${comment}`}\n`,
  };
}

function fieldsOf(key: KeyObject): Fields {
  const jwk = key.export({ format: 'jwk' }) as Readonly<Record<string, string>>;
  const part = (name: string) => Buffer.from(jwk[name] ?? '', 'base64url');
  if (jwk.kty === 'RSA') {
    const [n, e] = [integer(part('n')), integer(part('e'))];
    const rest = ['d', 'qi', 'p', 'q'].map((name) => integer(part(name)));
    return { type: 'ssh-rsa', publicPart: [e, n], privatePart: [n, e, ...rest] };
  }
  if (jwk.kty === 'OKP') {
    const point = part('x');
    return {
      type: 'ssh-ed25519',
      publicPart: [string(point)],
      privatePart: [string(point), string(Buffer.concat([part('d'), point]))],
    };
  }
  const curve = `nistp${String(jwk.crv).slice(2)}`;
  const shared = [text(curve), string(Buffer.concat([Buffer.from([4]), part('x'), part('y')]))];
  return {
    type: `ecdsa-sha2-${curve}`,
    publicPart: shared,
    privatePart: [...shared, integer(part('d'))],
  };
}

function string(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const text = (value: string) => string(Buffer.from(value));

/** An mpint (RFC 4251, 5): as short as it can be, and never negative. */
function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  return string((short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short);
}
