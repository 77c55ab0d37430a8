import assert from 'node:assert/strict';
import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { slowFunctions } from '../../../../../composite-controllers/template/functions/slow.ts';
import material from '../../../../golden/template/certificates.json' with { type: 'json' };
import { errorOf } from '../render.ts';
import { renderBytes as render } from './render-bytes.ts';

const { root, rootKey, leafKey } = material;

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
