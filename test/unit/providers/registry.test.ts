import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { aboutProvider } from '../../../deploy/providers-table.ts';
import { registry } from '../../../providers/registry.ts';

/** Loads the registry, asks each provider what it says without a connection, and prints the packages that this took. */
const program = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  registerHooks({
    load(url, context, next) {
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(url)?.[1];
      if (name !== undefined) packages.add(name);
      return next(url, context);
    },
  });
  const { registry } = await import(process.argv[1]);
  const scope = { kind: 'SecretStore', name: 's', namespace: 'n' };
  for (const provider of registry.values()) {
    for (const ask of ['validate', 'references', 'label', 'perConsumer']) {
      try { provider[ask]?.({}, scope); } catch {}
    }
  }
  console.log(JSON.stringify([...packages]));
`;

test('no SDK is loaded before a store uses it: a hook that starts, or only validates, needs the schema builder alone', () => {
  const entry = new URL('../../../providers/registry.ts', import.meta.url).href;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, entry], {
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  assert.deepEqual(JSON.parse(stdout), ['typebox']);
});

test('no native add-on is in the tree: what runs is what can be read', () => {
  const modules = join(import.meta.dirname, '../../../node_modules');
  assert.deepEqual(globSync('**/*.node', { cwd: modules }), []);
});

test('every provider is found by the key of its section', () => {
  for (const [name, provider] of registry) assert.equal(provider.name, name);
});

test('what is said of a provider agrees with what it says itself', async () => {
  for (const [name, { capabilities }] of registry) {
    const { pushes, testedAgainst } = await aboutProvider(name);
    assert(!pushes || capabilities !== 'ReadOnly', name);
    assert.notDeepEqual(testedAgainst, {}, name);
  }
});
