import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { createAuthority } from '../../support/certificates.ts';
import { http } from '../../support/http.ts';

describe('certificates of a test authority', () => {
  const authority = createAuthority();
  const server = createServer(
    {
      ...asOptions(authority.issue({ commonName: 'server' })),
      ca: authority.certPem,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      response.end((request.socket as TLSSocket).getPeerX509Certificate()?.subject);
    },
  );
  let url = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  test('serve both ends of a mutual TLS connection', async () => {
    const identity = authority.issue({ commonName: 'alice', organizations: ['team-a', 'team-b'] });
    const answer = await http({ url, caPem: authority.certPem, identity });
    assert.equal(answer.body.toString(), 'O=team-a\nO=team-b\nCN=alice');
  });

  test('are refused from another authority of the same name, on either end', async () => {
    const other = createAuthority();
    const identity = authority.issue({ commonName: 'alice' });
    await assert.rejects(http({ url, caPem: other.certPem, identity }));
    const stranger = other.issue({ commonName: 'alice' });
    await assert.rejects(http({ url, caPem: authority.certPem, identity: stranger }));
  });

  test('are refused when they have expired', async () => {
    const identity = authority.issue({ commonName: 'alice', notAfter: new Date(Date.now() - 1000) });
    await assert.rejects(http({ url, caPem: authority.certPem, identity }));
  });

  test('hold the names and the key that they were asked for', () => {
    const { certPem, keyPem } = authority.issue({ commonName: 'x', hosts: ['vault.example', '10.0.0.1'] });
    const certificate = new X509Certificate(certPem);
    assert.equal(certificate.subjectAltName, 'DNS:vault.example, IP Address:10.0.0.1');
    assert(certificate.checkPrivateKey(createPrivateKey(keyPem)));
    assert(certificate.verify(new X509Certificate(authority.certPem).publicKey));
    assert.equal(certificate.ca, false);
  });
});

function asOptions({ certPem, keyPem }: { certPem: string; keyPem: string }) {
  return { cert: certPem, key: keyPem };
}
