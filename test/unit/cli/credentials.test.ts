import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { credentials } from '../../../cli/credentials.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';

const now = Date.UTC(2026, 10, 24) / 1_000;
const options = { namespace: 'apps', service: 'hook', days: 30, now };
const texts = (secrets: readonly KubeObject[], name: string): Record<string, string> => {
  const found = secrets.find(({ metadata }) => metadata.name === name) as
    | { data: Record<string, string> }
    | undefined;
  assert.ok(found, `no Secret ${name}`);
  const entries = Object.entries(found.data).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64').toString(),
  ]);
  return Object.fromEntries(entries);
};

test('the certificate is for every name of the Service, signed by the authority beside it, and fits its key', () => {
  const tls = texts(credentials(options), 'hook-tls');
  const certificate = new X509Certificate(tls['tls.crt'] ?? '');
  const authority = new X509Certificate(tls['ca.crt'] ?? '');
  for (const host of ['hook', 'hook.apps', 'hook.apps.svc']) assert.equal(certificate.checkHost(host), host);
  assert.equal(certificate.checkHost('hook.other.svc'), undefined);
  assert.ok(authority.ca && !certificate.ca);
  assert.ok(certificate.verify(authority.publicKey) && certificate.checkIssued(authority));
  assert.ok(certificate.checkPrivateKey(createPrivateKey(tls['tls.key'] ?? '')));
  assert.equal(Date.parse(certificate.validTo) / 1_000, now + 30 * 86_400);
});

test('Secrets are in the namespace given, and of the type that Kubernetes checks', () => {
  const kinds = credentials(options).map((secret) => [
    secret.metadata.namespace,
    (secret as KubeObject & { type: string }).type,
  ]);
  assert.deepEqual(kinds, [
    ['apps', 'kubernetes.io/tls'],
    ['apps', 'Opaque'],
  ]);
});

test('the token is long, new each time, and accepted', () => {
  const [first, second] = [
    texts(credentials(options), 'hook-token'),
    texts(credentials(options), 'hook-token'),
  ];
  assert.match(first.token ?? '', /^[\w-]{48}$/);
  assert.equal(first.accepted, first.token);
  assert.notEqual(first.token, second.token);
});

test('what is replaced stays trusted and accepted, and what came before that does not', () => {
  const first = credentials(options);
  const second = credentials({ ...options, before: first });
  const third = credentials({ ...options, before: second });
  const authorities = (secrets: KubeObject[]) =>
    (texts(secrets, 'hook-tls')['ca.crt'] ?? '').split(/(?<=-----END CERTIFICATE-----\n)/).filter(Boolean);
  const token = (secrets: KubeObject[]) => texts(secrets, 'hook-token').token;
  assert.deepEqual(authorities(second).slice(1), authorities(first));
  assert.deepEqual(authorities(third).slice(1), authorities(second).slice(0, 1));
  assert.equal(texts(third, 'hook-token').accepted, `${token(third)}\n${token(second)}`);
});
