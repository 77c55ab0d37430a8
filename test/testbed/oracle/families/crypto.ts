import { type Dict, dict } from '../../../../composite-controllers/template/values/value.ts';
import { type Family, templateCase } from '../case.ts';
import type { Random } from '../random.ts';
import { type Material, material } from './crypto-material.ts';
import * as pools from './pools.ts';

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

const data = (random: Random, files: Material['files']): Dict => {
  const { jwks, encrypted, rsaKeys } = material();
  const [file, password] = random.pick(files);
  return dict([
    ['bundle', bundle(random)],
    ['jwk', random.once(10) ? pools.text(random) : random.pick(jwks)],
    ['encrypted', random.pick(encrypted)],
    ['key', random.pick(rsaKeys)],
    ['file', random.once(6) ? file.slice(0, random.below(file.length)) : file],
    ['password', random.once(6) ? 'wrong' : password],
  ]);
};

const ask = (used: string, data: Dict) =>
  templateCase({ template: `{{ $r := ${used} }}{{ printf "%T %v" $r $r }}`, data });

const files = [
  'pkcs12keyPass .password .file',
  'pkcs12certPass .password .file',
  'pkcs12key .file',
  'pkcs12cert .file',
];

/** Bundles, keys and files, also damaged ones: what reads them, and derives no key in more than one round. */
export const crypto: Family = (random) => {
  const used = random.pick([
    `filterPEM ${random.pick(['"CERTIFICATE"', '"certificate"', '"EC PRIVATE KEY"', '"T"', '"E"', '""'])} .bundle`,
    `filterCertChain ${random.pick(['"leaf"', '"intermediate"', '"root"', '"other"'])} .bundle`,
    'certSANs .bundle',
    'jwkPublicKeyPem .jwk',
    'jwkPrivateKeyPem .jwk',
    random.pick(files),
  ]);
  return ask(used, data(random, material().quickFiles));
};

/** Decryption by RSA, and files whose keys are derived in the thousands of rounds that are usual: milliseconds each. */
export const decryption: Family = (random) => {
  const used = random.pick([
    `rsaDecrypt ${random.pick(['"RSA-OAEP"', '"RSA-OAEP"', '"None"', '"other"'])} ${random.pick(['"SHA1"', '"SHA256"', '"SHA512"', '"None"', '"x"'])} .encrypted .key`,
    random.pick(files),
  ]);
  return ask(used, data(random, material().files));
};

/** Passwords derived from a master password; each takes a while on both sides. */
export const passwords: Family = (random) =>
  templateCase({
    template: `{{ derivePassword ${random.below(5)} ${random.pick(['"maximum"', '"long"', '"medium"', '"short"', '"basic"', '"pin"', '"none"'])} .a .b .c }}{{ htpasswd "u" .a "sha" }}`,
    data: dict(['a', 'b', 'c'].map((name) => [name, pools.text(random)] as const)),
  });
