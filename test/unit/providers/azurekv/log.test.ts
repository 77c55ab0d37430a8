import { equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { canaries } from '../../../support/canaries.ts';

test('values and tokens stay out of the log, even where the environment asks the SDK to write all that it says', () => {
  const secrets = canaries();
  const value = secrets.marker();
  const program = `
    const { azure, connect, signal } = await import(process.argv[1]);
    const { put } = await import(process.argv[2]);
    put(azure.vault, 'secrets', 'app', ${JSON.stringify(value)});
    const client = await connect({ after() {} });
    const secret = await client.read({ key: 'app' }, signal());
    await client.read({ key: 'none' }, signal()).catch(() => {});
    console.log('read', secret.size, JSON.stringify(azure.issuedTokens()));
    await azure.close();
    process.exit(0);
  `;
  const at = (path: string) => new URL(path, import.meta.url).href;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, at('loopback.ts'), at('../../../fakes/azure-model.ts')],
    { encoding: 'utf8', env: { ...process.env, AZURE_LOG_LEVEL: 'verbose' } },
  );
  equal(status, 0);
  match(stdout, /read 32/);
  match(stderr, /azure:/);
  for (const token of JSON.parse(/\[.*\]/.exec(stdout)?.[0] ?? '[]') as string[]) secrets.watch(token);
  secrets.assertNoCanary(stderr);
});
