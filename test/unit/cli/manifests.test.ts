import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import { parseAllDocuments } from 'yaml';
import { manifests, manifestsCommand } from '../../../cli/manifests.ts';
import { crds, definitions } from '../../../composite-controllers/definitions.ts';

const hookUrl = 'https://hook.example:8443';
const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

const read = (yaml: string) =>
  parseAllDocuments(yaml).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });

/** Runs the verb and returns what it prints; a refusal throws. */
function run(t: TestContext, ...args: string[]): string {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  manifestsCommand(program);
  const printed: string[] = [];
  const write = t.mock.method(process.stdout, 'write', (text: string) => printed.push(text) > 0);
  try {
    program.parse(['manifests', ...args], { from: 'user' });
  } finally {
    write.mock.restore();
  }
  return printed.join('');
}

/** A file with this text, gone after the test. */
function file(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyhook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'ca.pem');
  writeFileSync(path, text);
  return path;
}

test('the YAML holds the CRDs, then the definitions, and no anchor', () => {
  const text = manifests({ hookUrl });
  assert.deepEqual(read(text), JSON.parse(JSON.stringify([...crds(), ...definitions({ hookUrl })])));
  assert.doesNotMatch(text, /: [&*]\w/);
});

test('the flags become the options of the definitions', (t) => {
  const path = file(t, pem);
  const flags = [
    '--selector',
    'a=b',
    '--selector',
    'c=',
    '--bearer-token-secret',
    'ns/name/key',
    '--ca-file',
    path,
  ];
  const options = {
    hookUrl,
    selector: { a: 'b', c: '' },
    bearerTokenSecret: { namespace: 'ns', name: 'name', key: 'key' },
    caPem: pem,
  };
  assert.equal(run(t, '--hook-url', hookUrl, ...flags), manifests(options));
});

const refused: Readonly<Record<string, readonly string[]>> = {
  'no URL': [],
  'a URL with credentials': ['--hook-url', 'https://user:secret@hook'],
  'a selector without a value': ['--hook-url', hookUrl, '--selector', 'team'],
  'a token reference with two parts': ['--hook-url', hookUrl, '--bearer-token-secret', 'name/key'],
  'a CA file that does not exist': ['--hook-url', hookUrl, '--ca-file', '/nonexistent/ca.pem'],
};
for (const [what, args] of Object.entries(refused)) {
  test(`${what} is refused before anything is printed`, (t) => {
    assert.throws(() => run(t, ...args), { name: 'CommanderError' });
  });
}

test('a private key does not get into the definitions by mistake', (t) => {
  const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
  const path = file(t, pem + key);
  assert.throws(() => run(t, '--hook-url', hookUrl, '--ca-file', path), { name: 'CommanderError' });
});

test('the validating webhook is printed only when asked for, and never stops anybody', (t) => {
  const path = file(t, pem);
  const printed = read(
    run(t, '--hook-url', hookUrl, '--ca-file', path, '--admission-url', 'https://hook.example:9443/'),
  );
  const webhooks = printed.filter(({ kind }) => kind === 'ValidatingWebhookConfiguration');
  assert.equal(webhooks.length, 1);
  for (const webhook of webhooks[0].webhooks) {
    assert.equal(webhook.failurePolicy, 'Ignore');
    assert.equal(webhook.clientConfig.caBundle, Buffer.from(pem).toString('base64'));
  }
  assert.deepEqual(
    webhooks[0].webhooks.map(({ clientConfig }: { clientConfig: { url: string } }) => clientConfig.url),
    [
      'v1-externalsecret',
      'v1-clusterexternalsecret',
      'v1alpha1-pushsecret',
      'v1alpha1-clusterpushsecret',
      'v1-secretstore',
      'v1-clustersecretstore',
    ].map((kind) => `https://hook.example:9443/validate-external-secrets-io-${kind}`),
  );
  assert.doesNotMatch(run(t, '--hook-url', hookUrl), /ValidatingWebhook/);
  assert.throws(() => run(t, '--hook-url', hookUrl, '--admission-url', 'http://hook.example'), /https only/);
});

test('what restarts workloads is printed only when asked for', (t) => {
  const kinds = (...flags: string[]) => read(run(t, '--hook-url', hookUrl, ...flags)).map(({ kind }) => kind);
  assert.ok(!kinds().includes('DecoratorController'));
  assert.ok(kinds('--rollout').includes('DecoratorController'));
});
