import { execFileSync } from 'node:child_process';
import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../../composite-controllers/template/environment.ts';
import { executeTemplate, parseTemplate } from '../../../../composite-controllers/template/template.ts';
import { dict } from '../../../../composite-controllers/template/values/value.ts';

type File = readonly [file: string, password: string];

/** What cases of cryptography are made of. */
export interface Material {
  /** PEM texts of certificates and keys, by our own functions. */
  readonly pems: readonly string[];
  readonly jwks: readonly string[];
  /** PKCS#12 files and their passwords, by our own functions and by OpenSSL in all its algorithms. */
  readonly files: readonly File[];
  /** Such files whose keys are derived in one round, which a file may say, so that reading them takes no time. */
  readonly quickFiles: readonly File[];
  /** Texts encrypted for the first key. */
  readonly encrypted: readonly string[];
  readonly rsaKeys: readonly string[];
}

const environment: Environment = {
  now: () => Date.UTC(2024, 0, 1),
  randomBytes: (count) => randomBytes(count),
  generateKey: (_, bits) =>
    generateKeyPairSync('rsa', {
      modulusLength: bits,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    }).privateKey,
};

function render(template: string): string {
  return Buffer.from(
    executeTemplate(parseTemplate(template, { name: 'material' }), dict(), environment),
  ).toString('latin1');
}

let made: Material | undefined;

const certificates = `{{ $ca := genCA "Root" 3650 }}{{ $e := genPrivateKey "ecdsa" }}{{ $d := genPrivateKey "ed25519" }}{{
  $mid := genCAWithKey "Other" 10 $e }}{{ $leaf := genSignedCertWithKey "leaf é" (list "10.0.0.1" "::1" "2001:db8::0:5" "::ffff:1.2.3.4") (list "a.example" "*.b.example") 30 $ca $e }}{{
  $plain := genSelfSignedCertWithKey "" nil (list "x") 1 $d }}{{ $rsa := genSignedCert "rsa" nil nil -5 $mid }}{{
  join "|" (list $ca.Cert $mid.Cert $leaf.Cert $plain.Cert $rsa.Cert $e $d $ca.Key $rsa.Key) }}`;

/** The material, made at the first use, because it takes a second. */
export function material(): Material {
  if (made !== undefined) return made;
  const pems = render(certificates).split('|');
  const [ca = '', , leaf = '', , rsa = '', ec = '', , caKey = '', rsaKey = ''] = pems;
  const publicKey = createPublicKey(rsaKey);
  const encrypted = (['sha1', 'sha256', 'sha512'] as const).map((oaepHash) =>
    publicEncrypt(
      { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash },
      Buffer.from('text'),
    ).toString('latin1'),
  );
  const jwks = ['rsa', 'P-256', 'P-384', 'P-521', 'ed25519'].flatMap((kind) => {
    const pair =
      kind === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 1024 })
        : kind === 'ed25519'
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('ec', { namedCurve: kind });
    return [pair.publicKey, pair.privateKey].map((key) => JSON.stringify(key.export({ format: 'jwk' })));
  });
  const literal = (text: string) => JSON.stringify(text);
  const own = ['', 'pass', 'pässwörd'].flatMap((password) => [
    [
      render(`{{ fullPemToPkcs12Pass ${literal(leaf + ca)} ${literal(ec)} ${literal(password)} | b64dec }}`),
      Buffer.from(password).toString('latin1'),
    ] as const,
    [
      render(`{{ pemToPkcs12Pass ${literal(rsa)} ${literal(rsaKey)} ${literal(password)} | b64dec }}`),
      Buffer.from(password).toString('latin1'),
    ] as const,
    [render(`{{ pemToPkcs12 ${literal(ca)} ${literal(caKey)} | b64dec }}`), ''] as const,
  ]);
  const files = [...own, ...openssl(leaf, ca, ec)];
  const quick = openssl(leaf, ca, ec, ['-iter', '1']);
  const quickFiles = quick.length > 0 ? quick : files;
  made = { pems, jwks, files, quickFiles, encrypted, rsaKeys: [rsaKey, caKey, ec] };
  return made;
}

/** Files by OpenSSL, where it is installed. */
function openssl(leaf: string, ca: string, key: string, more: readonly string[] = []): File[] {
  const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  const at = (name: string) => join(folder, name);
  writeFileSync(at('leaf.pem'), leaf);
  writeFileSync(at('ca.pem'), ca);
  writeFileSync(at('key.pem'), key);
  const forms = [
    [],
    ['-legacy'],
    ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-192-CBC', '-macalg', 'SHA512'],
    ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128'],
    ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'SHA1'],
    ['-nomac'],
  ];
  const files = ['', 'pass'].flatMap((password) =>
    forms.flatMap((form) => {
      try {
        execFileSync(
          'openssl',
          [
            'pkcs12',
            '-export',
            '-inkey',
            at('key.pem'),
            '-in',
            at('leaf.pem'),
            '-certfile',
            at('ca.pem'),
            '-passout',
            `pass:${password}`,
            '-out',
            at('out.pfx'),
            ...form,
            ...more,
          ],
          { stdio: 'ignore' },
        );
        return [[readFileSync(at('out.pfx')).toString('latin1'), password] as const];
      } catch {
        return [];
      }
    }),
  );
  rmSync(folder, { recursive: true });
  return files;
}
