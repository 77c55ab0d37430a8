// needs: vault
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { http } from '../support/http.ts';
import { vaultHarnesses } from './harness/vault.ts';
import { conformance } from './kit.ts';
import { localHost, realHost, type VaultHost } from './vault-host.ts';

for (const harness of vaultHarnesses('real', realHost)) await conformance(harness);

test('the loopback Vault answers as the real one does', async (t) => {
  const hosts = [await realHost(), await localHost()];
  t.after(() => Promise.all(hosts.map((host) => host.stop())));
  const paths = [
    ...['secret/data/left/there', 'secret/data/left/there?version=1', 'secret/data/left/there?version=9'],
    ...['secret/data/left/there?version=x', 'secret/data/left/deleted', 'secret/data/left/nothing'],
    ...[
      'secret/metadata/left/there',
      'secret/metadata/left/nothing',
      'secret/left/there',
      'secret/data/left/',
    ],
    ...['secret/metadata/left?list=true', 'secret/metadata/left/nothing?list=true', 'secret/left?list=true'],
    ...[
      'kv/left/there',
      'kv/left/nothing',
      'kv/data/left/there',
      'kv/left?list=true',
      'kv/left/nothing?list=true',
    ],
    ...['nowhere/x', 'sys/internal/ui/mounts/secret/data/left/x', 'sys/internal/ui/mounts/kv/x'],
    ...['sys/internal/ui/mounts/nowhere/x', 'auth/token/lookup-self'],
  ];
  const answers = await Promise.all(hosts.map((host) => answersOf(host, paths)));
  assert.deepEqual(answers[1], answers[0]);
});

/** Of each answer to somebody with a token: its status, and what the provider reads in it. */
async function answersOf(host: VaultHost, paths: readonly string[]): Promise<string[]> {
  const json = '{"b":"<","a":1.50,"big":9007199254740993}';
  await host.write('kv/left/there', json);
  await host.write('secret/data/left/there', `{"data":${json}}`);
  await host.write('secret/data/left/deleted', `{"data":${json}}`);
  await host.remove('secret/data/left/deleted');
  const tokens = { root: host.rootToken, ...host.tokens, stranger: 'hvs.unknown' };
  const answers: string[] = [];
  for (const [who, token] of Object.entries(tokens)) {
    for (const path of paths) {
      const { status, body } = await http({
        url: `${host.address}/v1/${path}`,
        headers: { 'x-vault-token': token },
      });
      const { errors, data } = JSON.parse(body.toString());
      const read = path.startsWith('sys/') ? [data?.type, data?.options] : [data?.data, data?.keys];
      const route = errors?.[0]?.startsWith('no handler for route') ? 'no route' : errors?.length;
      answers.push(`${who} ${path}: ${status} ${JSON.stringify([route, data === null, read])}`);
    }
  }
  return answers;
}
