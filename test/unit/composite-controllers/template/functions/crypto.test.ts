import assert from 'node:assert/strict';
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  publicEncrypt,
  X509Certificate,
} from 'node:crypto';
import { describe, it } from 'node:test';
import { compareSync } from 'bcryptjs';
import type { Environment } from '../../../../../composite-controllers/template/environment.ts';
import { slowFunctions } from '../../../../../composite-controllers/template/functions/slow.ts';
import {
  executeTemplate,
  parseTemplate,
  rootOf,
} from '../../../../../composite-controllers/template/template.ts';
import material from '../../../../golden/template/certificates.json' with { type: 'json' };
import { canaries } from '../../../../support/canaries.ts';
import { environment, errorOf } from '../render.ts';

const { root, rootKey, leaf, leafKey, leafKeyPkcs8, files } = material;

/** Keys of a size that a test can afford. */
const quick: Environment = {
  ...environment,
  generateKey: (type) =>
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
          format: 'der',
          type: 'pkcs8',
        })
      : generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey.export({
          format: 'der',
          type: 'pkcs8',
        }),
};

function render(template: string, values: Record<string, string | Uint8Array> = {}): string {
  const entries = Object.entries(values).map(
    ([name, value]) => [name, Buffer.from(value as string)] as const,
  );
  const parsed = parseTemplate(template, { name: 't', missingKey: 'error' });
  return Buffer.from(executeTemplate(parsed, rootOf(new Map(entries)), quick)).toString('latin1');
}

describe('PKCS#12 files', () => {
  for (const { by, password, file } of files) {
    it(`key and chain of: ${by}`, () => {
      const values = { file: Buffer.from(file, 'base64'), password };
      assert.equal(render('{{ .file | pkcs12keyPass .password }}', values), leafKeyPkcs8);
      assert.equal(render('{{ .file | pkcs12certPass .password }}', values), leaf + root);
    });
  }

  it('survive the way there and back', () => {
    const values = { certs: leaf + root, key: leafKey };
    for (const password of ['', 'pässwörd'])
      assert.equal(
        render(
          '{{ fullPemToPkcs12Pass .certs .key .p | b64dec | pkcs12certPass .p }}{{ fullPemToPkcs12Pass .certs .key .p | b64dec | pkcs12keyPass .p }}',
          { ...values, p: password },
        ),
        leaf + root + leafKeyPkcs8,
      );
    assert.equal(render('{{ pemToPkcs12 .certs .key | b64dec | pkcs12cert }}', values), leaf);
    assert.notEqual(render('{{ pemTruststoreToPKCS12 .certs }}', values), '');
  });

  it('with a wrong password, or damaged, tell nothing of it', () => {
    const { watch, assertNoCanary } = canaries();
    const values = new Map([
      ['file', Buffer.from(files[0]?.file ?? '', 'base64')],
      ['p', Buffer.from(watch('a wrong password of a user'))],
    ]);
    const { code, message } = errorOf('{{ .file | pkcs12keyPass .p }}', values);
    assert.equal(code, 'InvalidPkcs12');
    assertNoCanary(message);
    assert.equal(errorOf('{{ "junk" | pkcs12key }}').code, 'InvalidPkcs12');
  });
});

describe('PEM bundles', () => {
  const bundle = `junk\n${root}between\n${leafKey}${leaf}`;
  it('are filtered by type, whatever stands between', () => {
    assert.equal(render('{{ .b | filterPEM "certificate" }}', { b: bundle }), root + leaf);
    assert.equal(render('{{ .b | filterPEM "PUBLIC KEY" }}', { b: root }), '');
    assert.equal(errorOf('{{ "no pem" | filterPEM "CERTIFICATE" }}').code, 'PemJunk');
  });

  it('are taken apart as chains', () => {
    const b = root + leaf;
    assert.equal(render('{{ .b | filterCertChain "leaf" }}', { b }), leaf);
    assert.equal(render('{{ .b | filterCertChain "intermediate" }}', { b }), '');
    assert.equal(render('{{ .b | filterCertChain "root" }}', { b }), root);
    assert.equal(
      errorOf('{{ .b | filterCertChain "leaf" }}', new Map([['b', Buffer.from(bundle)]])).code,
      'InvalidCertificate',
    );
  });

  it('tell the names of a certificate', () => {
    assert.equal(
      render('{{ certSANs .b | join "," }} {{ index (certSANs .b) 0 }} {{ certSANs .b | toJson }}', {
        b: leaf,
      }),
      'a.example,*.b.example,10.0.0.1,2001:db8::5,x@example.com,spiffe://t/w a.example ' +
        '["a.example","*.b.example","10.0.0.1","2001:db8::5","x@example.com","spiffe://t/w"]',
    );
    assert.equal(errorOf('{{ certSANs "junk" }}').message.endsWith('failed to decode PEM block'), true);
  });
});

describe('hashes and ciphers', () => {
  it('give what ESO gives', () => {
    assert.equal(
      render('{{ "example" | sha256sum | hexdec | b64enc }}'),
      'UNhY4JhezH9gQYqvDMWrWH9CwlcKiECVqejMrND2VFw=',
    );
    assert.equal(
      render('{{ htpasswd .u .p "sha" }}', { u: 'foo1', p: "FZ4jR;l]ON;pHKi=_'zh79P" }),
      'foo1:{SHA}wtdJD6OIjUniEJkTlewnKzfFxA4=',
    );
    assert.equal(render('{{ adler32sum "Wikipedia" }}'), '300286872');
  });

  it('hash passwords so that they can be checked', () => {
    assert(compareSync('pa55', render('{{ bcrypt "pa55" }}')));
    assert(compareSync('pa55', render('{{ htpasswd "u" "pa55" "bcrypt" }}').slice(2)));
    assert.match(render('{{ bcrypt (repeat 73 "x") }}'), /exceeds 72 bytes/);
    assert.equal(errorOf('{{ bcrypt ("/w==" | b64dec) }}').code, 'NotUtf8');
  });

  it('decrypt what they encrypted', () => {
    assert.equal(render('{{ "text" | encryptAES "key" | decryptAES "key" }}'), 'text');
    assert.equal(errorOf('{{ decryptAES "key" "AAAA" }}').code, 'InvalidCipher');
  });

  it('decrypt what was encrypted for an RSA key', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    for (const [name, oaepHash] of [
      ['SHA1', 'sha1'],
      ['SHA256', 'sha256'],
      ['anything', 'sha256'],
    ] as const)
      for (const type of ['pkcs1', 'pkcs8'] as const) {
        const values = {
          key: privateKey.export({ format: 'pem', type }) as string,
          data: publicEncrypt({ key: publicKey, oaepHash }, Buffer.from('secret')).toString('base64'),
        };
        assert.equal(
          render(`{{ .key | rsaDecrypt "RSA-OAEP" "${name}" (.data | b64dec) }}`, values),
          'secret',
        );
      }
    assert.equal(render('{{ rsaDecrypt "None" "" "as it is" "" }}'), 'as it is');
    assert.equal(errorOf('{{ rsaDecrypt "RSA" "" "" "" }}').code, 'SchemeUnsupported');
  });
});

describe('keys', () => {
  it('of JSON web keys become PEM', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const values = {
      pub: JSON.stringify(publicKey.export({ format: 'jwk' })),
      key: JSON.stringify(privateKey.export({ format: 'jwk' })),
    };
    assert.equal(
      render('{{ jwkPublicKeyPem .pub }}', values),
      publicKey.export({ format: 'pem', type: 'spki' }),
    );
    assert.equal(
      render('{{ jwkPrivateKeyPem .key }}', values),
      privateKey.export({ format: 'pem', type: 'pkcs8' }),
    );
    const both = new Map(Object.entries(values).map(([name, value]) => [name, Buffer.from(value)]));
    assert.equal(errorOf('{{ jwkPrivateKeyPem .pub }}', both).code, 'InvalidJwk');
    assert.equal(errorOf('{{ jwkPublicKeyPem .key }}', both).code, 'InvalidJwk');
  });

  for (const [type, header] of [
    ['rsa', 'RSA PRIVATE KEY'],
    ['ecdsa', 'EC PRIVATE KEY'],
    ['ed25519', 'PRIVATE KEY'],
  ] as const)
    it(`of type ${type} can be made`, () => {
      const pem = render(`{{ genPrivateKey "${type}" }}`);
      assert(pem.startsWith(`-----BEGIN ${header}-----\n`));
      assert.equal(createPrivateKey(pem).asymmetricKeyType, type === 'ecdsa' ? 'ec' : type);
    });

  it("of DSA have OpenSSL's form", () => {
    assert.equal(createPrivateKey(render('{{ genPrivateKey "dsa" }}')).asymmetricKeyType, 'dsa');
  });
});

describe('certificates', () => {
  const checked = (template: string, values = {}) => {
    const [ca = '', cert = '', key = ''] = render(template, values).split('|');
    return { ca: new X509Certificate(ca), cert: new X509Certificate(cert), key: createPrivateKey(key) };
  };

  it('are signed by an authority', () => {
    const { ca, cert, key } = checked(
      '{{ $ca := genCA "ca" 10 }}{{ $c := genSignedCert "c" (list "10.1.2.3") (list "x.example") 5 $ca }}{{ $ca.Cert }}|{{ $c.Cert }}|{{ $c.Key }}',
    );
    assert(ca.ca && ca.verify(ca.publicKey) && cert.verify(ca.publicKey) && cert.checkPrivateKey(key));
    assert.equal(cert.issuer, 'CN=ca');
    assert.equal(cert.subjectAltName, 'DNS:x.example, IP Address:10.1.2.3');
    assert.equal(cert.validFromDate.toISOString(), '2024-02-29T12:34:56.000Z');
    assert.equal(cert.validToDate.toISOString(), '2024-03-05T12:34:56.000Z');
  });

  it('can be signed with keys that users bring', () => {
    const { ca, cert } = checked(
      '{{ $ca := buildCustomCert (.cert | b64enc) (.caKey | b64enc) }}{{ $c := genSignedCertWithKey "c" nil nil 5 $ca .key }}{{ $ca.Cert }}|{{ $c.Cert }}|{{ $c.Key }}',
      { cert: root, caKey: rootKey, key: leafKey },
    );
    assert(cert.verify(ca.publicKey));
    assert.equal(cert.checkIssued(ca), true);
  });

  it('are refused where their key is not the one of the authority', () => {
    const values = new Map([
      ['cert', Buffer.from(root)],
      ['key', Buffer.from(leafKey)],
    ]);
    const template =
      '{{ $ca := buildCustomCert (.cert | b64enc) (.key | b64enc) }}{{ genSignedCertWithKey "c" nil nil 5 $ca .key }}';
    assert.equal(errorOf(template, values).code, 'InvalidKey');
    assert.equal(
      errorOf('{{ genSelfSignedCertWithKey "c" (list "1.2.3") nil 5 .key }}', values).code,
      'InvalidAddress',
    );
  });
});

it('functions that take long are listed, and their number is bounded', () => {
  assert(
    ['bcrypt', 'genPrivateKey', 'derivePassword', 'genCA', 'pkcs12key'].every(
      (name) => name in slowFunctions,
    ),
  );
  assert.equal(
    errorOf('{{ range 100 }}{{ $_ := htpasswd "u" "p" "sha" }}{{ end }}').code,
    'TooManySlowCalls',
  );
});

it('random texts have their alphabet and length, and ids their form', () => {
  assert.match(render('{{ randAlphaNum 32 }}'), /^[A-Za-z0-9]{32}$/);
  assert.match(
    render('{{ randNumeric 9 }}|{{ randAlpha 3 }}|{{ randAscii 5 }}'),
    /^[0-9]{9}\|[A-Za-z]{3}\|[ -~]{5}$/,
  );
  assert.equal(Buffer.from(render('{{ randBytes 20 }}'), 'base64').length, 20);
  assert.match(
    render('{{ uuidv4 }}'),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.equal(render('{{ shuffle "abcdef" | splitList "" | sortAlpha | join "" }}'), 'abcdef');
  const digest = (text: string) => createHash('sha1').update(text).digest('hex');
  assert.equal(render('{{ sha1sum "x" }}'), digest('x'));
});
