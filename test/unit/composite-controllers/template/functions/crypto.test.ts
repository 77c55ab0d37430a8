import assert from 'node:assert/strict';
import { generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { describe, it } from 'node:test';
import { compareSync } from 'bcryptjs';
import material from '../../../../golden/template/certificates.json' with { type: 'json' };
import { canaries } from '../../../../support/canaries.ts';
import { errorOf } from '../render.ts';
import { renderBytes as render } from './render-bytes.ts';

const { root, leaf, leafKey, leafKeyPkcs8, files } = material;

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
