import { execFileSync } from 'node:child_process';
import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../../composite-controllers/template/environment.ts';
import { executeTemplate, parseTemplate } from '../../../../composite-controllers/template/template.ts';
import { dict } from '../../../../composite-controllers/template/values/value.ts';
import { type Family, templateCase } from '../case.ts';
import type { Random } from '../random.ts';
import * as pools from './pools.ts';

/** What cases of cryptography are made of; made at the first use, because it takes a second. */
interface Material {
  /** PEM texts of certificates and keys, by our own functions. */
  readonly pems: readonly string[];
  readonly jwks: readonly string[];
  /** Files and their passwords, by our own functions and by OpenSSL in all its algorithms. */
  readonly files: readonly (readonly [file: string, password: string])[];
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

function material(): Material {
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
  made = { pems, jwks, files: [...own, ...openssl(leaf, ca, ec)], encrypted, rsaKeys: [rsaKey, caKey, ec] };
  return made;
}

/** Files by OpenSSL, where it is installed. */
function openssl(leaf: string, ca: string, key: string): (readonly [string, string])[] {
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

function bundle(random: Random): string {
  const junk = [
    '\n',
    'junk\n',
    '',
    '',
    '',
    '-----BEGIN X-----\n',
    'a: b\n',
    '-----END CERTIFICATE-----\n',
    '\r\n',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    '-----BEGIN T-----\nK: v\nProc-Type: 4\n\nAAAA\n-----END T-----\n',
    '-----BEGIN E-----\n-----END E-----\n',
  ];
  const pem = () => {
    const text = random.pick(material().pems);
    return random.once(8) ? text.replaceAll('\n', '\r\n') : random.once(10) ? text.slice(0, -1) : text;
  };
  return Array.from({ length: random.below(5) }, () => random.pick([random.pick(junk), pem(), pem()])).join(
    '',
  );
}

/** Bundles, keys and files, also damaged ones. */
export const crypto: Family = (random) => {
  const { jwks, files, encrypted, rsaKeys } = material();
  const [file, password] = random.pick(files);
  const cut = random.once(6) ? file.slice(0, random.below(file.length)) : file;
  const used = random.pick([
    `filterPEM ${random.pick(['"CERTIFICATE"', '"certificate"', '"EC PRIVATE KEY"', '"T"', '"E"', '""'])} .bundle`,
    `filterCertChain ${random.pick(['"leaf"', '"intermediate"', '"root"', '"other"'])} .bundle`,
    'certSANs .bundle',
    'jwkPublicKeyPem .jwk',
    'jwkPrivateKeyPem .jwk',
    `rsaDecrypt ${random.pick(['"RSA-OAEP"', '"RSA-OAEP"', '"None"', '"other"'])} ${random.pick(['"SHA1"', '"SHA256"', '"SHA512"', '"None"', '"x"'])} .encrypted .key`,
    'pkcs12keyPass .password .file',
    'pkcs12certPass .password .file',
    'pkcs12key .file',
    'pkcs12cert .file',
  ]);
  const data = dict([
    ['bundle', bundle(random)],
    ['jwk', random.once(10) ? pools.text(random) : random.pick(jwks)],
    ['encrypted', random.pick(encrypted)],
    ['key', random.pick(rsaKeys)],
    ['file', cut],
    ['password', random.once(6) ? 'wrong' : password],
  ]);
  return templateCase({ template: `{{ $r := ${used} }}{{ printf "%T %v" $r $r }}`, data });
};

/** Passwords derived from a master password; each takes a while on both sides. */
export const passwords: Family = (random) =>
  templateCase({
    template: `{{ derivePassword ${random.below(5)} ${random.pick(['"maximum"', '"long"', '"medium"', '"short"', '"basic"', '"pin"', '"none"'])} .a .b .c }}{{ htpasswd "u" .a "sha" }}`,
    data: dict(['a', 'b', 'c'].map((name) => [name, pools.text(random)] as const)),
  });
