import { randomUUID } from 'node:crypto';
import { type FakeVariable, startFakeGitlab } from '../../fakes/gitlab.ts';
import { startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Backend, type Harness, memoryKube } from '../harness.ts';

/** Variables of one project; their keys hold letters, digits and underscores only. */
export const harnesses: readonly Harness[] = [
  { name: 'gitlab (loopback)', provider: 'gitlab', dialect: 'as-given', start },
];

const nameOf = (key: string) =>
  key.replace(/[/-]/g, '_').replace(/\W/gu, (char) => `_x${char.codePointAt(0)?.toString(16)}_`);

async function start(): Promise<Backend> {
  const token = randomUUID();
  const fake = await startFakeGitlab(token);
  const proxy = await startRecordingProxy(fake.url);
  const variables: FakeVariable[] = [];
  fake.variables.set('projects/team/app', variables);
  const store = (url = proxy.url) => ({
    spec: {
      url,
      auth: { SecretRef: { accessToken: { name: 'gitlab', key: 'token' } } },
      projectID: 'team/app',
    },
    scope: { kind: 'SecretStore', name: 'gitlab', namespace: 'team' } as const,
    kube: memoryKube({ 'team/gitlab': { token: `${token}\n` } }, 'no token is asked for'),
  });
  const remove = async (key: string) => {
    const index = variables.findIndex((variable) => variable.key === nameOf(key));
    if (index >= 0) variables.splice(index, 1);
  };
  const write = async (key: string, value: string | Uint8Array) => {
    await remove(key);
    variables.push({ key: nameOf(key), value: String(value), environment_scope: '*' });
  };
  return {
    values: 'own',
    identities: 'none',
    emptyObjects: 'kept',
    nameOf,
    store: () => store(),
    async seed(secrets) {
      for (const { key, json } of secrets) await write(key, json);
    },
    remove,
    plain: { holds: 'text', write },
    finds: { nameOf },
    fail(fault) {
      proxy.heal();
      if (fault !== undefined) proxy.misbehave(/\/variables/, fault);
    },
    nowhere: () => store('http://127.0.0.1:1'),
    credentials: () => [token],
    async stop() {
      await proxy.close();
      await fake.close();
    },
  };
}
