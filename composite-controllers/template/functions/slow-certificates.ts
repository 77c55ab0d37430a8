import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { type ByteText, fromByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Context } from '../context.ts';
import { addressBytes, issueCertificate, type Signer } from '../crypto/issue.ts';
import { keyPem, privateKeyOfPem } from '../crypto/keys.ts';
import { decodePem, pemOf } from '../crypto/pem.ts';
import { readCertificate } from '../crypto/x509.ts';
import { CallError } from '../errors.ts';
import type { Instance, List } from '../values/value.ts';
import { toIndex } from './convert.ts';
import { decodeBase64 } from './encoding.ts';
import { type FunctionTable, fn } from './signature.ts';

/** Certificates: read ones, and new ones signed by themselves or by an authority. */
export const certificateFunctions: FunctionTable = {
  buildCustomCert: fn(['string', 'string'], ([cert, key]) => custom(cert, key)),
  genCA: fn(['string', 'int'], ([name, days], context) =>
    issue({ name, days, role: 'authority' }, newKey(context), undefined, context),
  ),
  genCAWithKey: fn(['string', 'int', 'string'], ([name, days, key], context) =>
    issue({ name, days, role: 'authority' }, privateKeyOfPem(key), undefined, context),
  ),
  genSelfSignedCert: fn(['string', 'list', 'list', 'int'], ([name, ips, dns, days], context) =>
    issue({ name, ips, dns, days, role: 'leaf' }, newKey(context), undefined, context),
  ),
  genSelfSignedCertWithKey: fn(
    ['string', 'list', 'list', 'int', 'string'],
    ([name, ips, dns, days, key], context) =>
      issue({ name, ips, dns, days, role: 'leaf' }, privateKeyOfPem(key), undefined, context),
  ),
  genSignedCert: fn(['string', 'list', 'list', 'int', 'certificate'], ([name, ips, dns, days, ca], context) =>
    issue({ name, ips, dns, days, role: 'leaf' }, newKey(context), signerOf(ca), context),
  ),
  genSignedCertWithKey: fn(
    ['string', 'list', 'list', 'int', 'certificate', 'string'],
    ([name, ips, dns, days, ca, key], context) =>
      issue({ name, ips, dns, days, role: 'leaf' }, privateKeyOfPem(key), signerOf(ca), context),
  ),
};

interface Wish {
  readonly name: ByteText;
  readonly days: bigint;
  readonly role: 'authority' | 'leaf';
  readonly ips?: List;
  readonly dns?: List;
}

function newKey({ environment }: Context): KeyObject {
  return createPrivateKey({
    key: Buffer.from(environment.generateKey('rsa', 2048)),
    format: 'der',
    type: 'pkcs8',
  });
}

function issue(
  wish: Wish,
  key: KeyObject,
  authority: Signer | undefined,
  { environment }: Context,
): Instance {
  const from = Math.floor(environment.now() / 1000);
  const addresses = texts(wish.ips);
  for (const address of addresses) addressBytes(address);
  const request = {
    commonName: wish.name,
    addresses,
    dnsNames: texts(wish.dns),
    from,
    until: from + toIndex(wish.days) * 24 * 60 * 60,
    role: wish.role,
    serial: environment.randomBytes(16),
    publicKey: createPublicKey(key),
  };
  const der = issueCertificate(request, authority ?? { key, certificate: undefined });
  return certificate(pemOf('CERTIFICATE', der), keyPem(key));
}

function texts(list: List | undefined): ByteText[] {
  return (list?.items ?? []).map((item) => {
    if (typeof item !== 'string') throw new CallError('ArgumentNot', { type: 'string' });
    return item;
  });
}

function signerOf({ fields }: Instance): Signer {
  const [cert, key] = [String(fields.Cert), String(fields.Key)];
  const { block } = decodePem(cert);
  if (block === undefined) throw new CallError('NoPem');
  return { key: privateKeyOfPem(key), certificate: readCertificate(block.bytes) };
}

function custom(cert: ByteText, key: ByteText): Instance {
  const [certText, keyText] = [decodeBase64(cert), decodeBase64(key)];
  if (typeof certText === 'number' || typeof keyText === 'number') throw new CallError('InvalidBase64');
  const { block } = decodePem(certText);
  if (block === undefined) throw new CallError('NoPem');
  readCertificate(fromByteText(Buffer.from(block.bytes).toString('latin1')));
  privateKeyOfPem(keyText);
  return certificate(certText, keyText);
}

/** A certificate and its key as PEM, as templates see them. */
function certificate(cert: ByteText, key: ByteText): Instance {
  return {
    kind: 'instance',
    type: 'sprig.certificate',
    base: 'struct',
    fields: { Cert: cert, Key: key },
    methods: {},
  };
}
