import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { registry } from '../../providers/registry.ts';
import { createAuthority } from '../support/certificates.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { frontName, frontVariable, resolveVariable } from '../support/front-network.ts';
import { tempDir } from '../support/temp-dir.ts';
import { type Harness, placeOfCa } from './harness.ts';
import { harnessPath } from './shard.ts';

/*
 * The contract once more, over TLS by an authority that nobody else knows, under a name that is not loopback: proxies are
 * not for loopback (providers/kit/proxy.ts). What goes around the proxy ends the process (network/guard.ts).
 */
const authority = createAuthority();
const { certPem, keyPem } = authority.issue({ commonName: frontName, hosts: [frontName] });
const file = (dir: string, name: string, text: string) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const frontDir = (caForStores: string) => {
  const dir = tempDir('front');
  file(dir, 'tls.crt', certPem);
  file(dir, 'tls.key', keyPem);
  file(dir, 'ca.crt', caForStores);
  return dir;
};
const caFile = file(tempDir('ca'), 'ca.crt', authority.certPem);
const trustedByProcess = frontDir('');
const trustedByStores = frontDir(authority.certPem);

const proxy = await startConnectProxy();
after(() => proxy.close());
/** This process's environment without what it says of networks. */
const ownEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/_proxy$|^AWS_|^NODE_(EXTRA_CA_CERTS|TEST_CONTEXT|OPTIONS)$/i.test(name),
  ),
);

for (const [name, provider] of registry) {
  const { harnesses } = (await import(harnessPath(name))) as { harnesses: readonly Harness[] };
  if (harnesses[0]?.network === 'none') continue;
  describe(name, () => {
    test('keeps the contract through a proxy, around which nothing goes', async () => {
      const before = proxy.targets.length;
      await keepsContract(name, 'through a proxy', {
        HTTPS_PROXY: proxy.url,
        NODE_EXTRA_CA_CERTS: caFile,
        [frontVariable]: trustedByProcess,
      });
      const targets = proxy.targets.slice(before);
      assert(targets.length > 0);
      for (const target of targets) assert.equal(target.split(':')[0], frontName);
    });

    test('keeps the contract by an authority of its own, without the proxy where NO_PROXY says so', async () => {
      const before = proxy.targets.length;
      const byStore = placeOfCa(provider.spec) !== undefined;
      const trust =
        name === 'aws' ? { AWS_CA_BUNDLE: caFile } : byStore ? {} : { NODE_EXTRA_CA_CERTS: caFile };
      await keepsContract(name, 'by an authority of its own', {
        HTTPS_PROXY: proxy.url,
        NO_PROXY: 'keyhook.test',
        [resolveVariable]: 'yes',
        ...trust,
        [frontVariable]: byStore ? trustedByStores : trustedByProcess,
      });
      assert.equal(proxy.targets.length, before);
    });
  });
}

test('without the proxy it is noticed', async () => {
  const env = { NODE_EXTRA_CA_CERTS: caFile, [frontVariable]: trustedByProcess };
  await assert.rejects(
    keepsContract('webhook', 'without the proxy', env),
    /a connection to .* went around the proxy/,
  );
});

/** Runs a provider's contract in a process of its own, since Node reads its authorities when it starts. */
async function keepsContract(
  name: string,
  how: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const [guard, program] = ['guard', 'run-harness'].map((file) =>
    join(import.meta.dirname, `network/${file}.ts`),
  ) as [string, string];
  const child = spawn(process.execPath, ['--import', guard, program, name], {
    env: { ...ownEnvironment, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 240_000,
  });
  const printed = Buffer.concat(await child.stdout.toArray()).toString();
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.on('exit', resolve)));
  const failed = /^✖ failing tests:[\s\S]*/m.exec(printed)?.[0] ?? printed.slice(-2_000);
  assert.equal(code, 0, failed.slice(0, 4_000));
  const [count] = /\d+ of \d+ cases/.exec(printed) ?? assert.fail('no case was run');
  console.log(`${name} (${how}): ${count}`);
}
