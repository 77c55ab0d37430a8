import { dataHashAnnotation, refreshIdAnnotation } from '../../../composite-controllers/lib/names.ts';
import type { SecretObject } from '../../../composite-controllers/lib/objects.ts';
import { secretType } from '../../../local/metacontroller/discovery.ts';
import { externalSecretType, namespace, secretStore, storeType } from './cluster.ts';
import type { Command, Shape } from './commands.ts';
import { type Installation, newExternalSecret } from './installation.ts';
import { isOf, specOf, targetOf } from './objects.ts';

type Of<Verb extends Command['do']> = Extract<Command, { do: Verb }>;

/** Templates that leave the data as it is. */
const templates = {
  random: { mergePolicy: 'Merge', metadata: { annotations: { random: '{{ uuidv4 }}' } } },
  failing: { mergePolicy: 'Merge', metadata: { annotations: { random: '{{ fail "always" }}' } } },
  none: null,
} as const;

const entry = (secretKey: string, key: string) => ({ secretKey, remoteRef: { key } });
const shapes: Readonly<Record<Shape, object>> = {
  db: { data: [entry('password', 'db')], dataFrom: null },
  api: { data: [entry('password', 'api')], dataFrom: null },
  both: { data: [entry('password', 'db'), entry('token', 'api')], dataFrom: null },
  bag: { data: null, dataFrom: [{ extract: { key: 'bag' } }] },
};
const stripped: Readonly<Record<Of<'strip'>['what'], object>> = {
  managed: { labels: { 'reconcile.external-secrets.io/managed': null } },
  'created-by': { labels: { 'reconcile.external-secrets.io/created-by': null } },
  'controller-uid': { labels: { 'controller-uid': null } },
  annotations: { annotations: { [dataHashAnnotation]: null, [refreshIdAnnotation]: null } },
};
const encoded = (text: string) => Buffer.from(text).toString('base64');

/** Returns what makes a command happen; what a command asks for is left out where it makes no sense. */
export function createActions(installation: Installation): (command: Command) => void | Promise<void> {
  const { cluster, backend, servers } = installation;
  const user = cluster.as('user');
  let serial = 0;

  const app = () => cluster.externalSecrets().find(({ metadata }) => metadata.name === 'app')!;
  const patchApp = async (patch: object) =>
    void (await user.mergePatch(externalSecretType, namespace, 'app', patch));
  const patchSpec = (spec: object) => patchApp({ spec });

  /** Does something to the target of `app`, if there is one and it is its own. */
  async function withTarget(act: (target: SecretObject) => Promise<unknown>): Promise<void> {
    const target = cluster.secrets().find(({ metadata }) => metadata.name === targetOf(app()));
    if (target !== undefined && isOf(target, app())) await act(target);
  }
  const patchTarget = (patch: object) =>
    withTarget(({ metadata }) => user.mergePatch(secretType, namespace, metadata.name, patch));
  const patchData = (data: object) =>
    withTarget(async ({ immutable, metadata }) => {
      if (immutable !== true) await user.mergePatch(secretType, namespace, metadata.name, { data });
    });

  async function squat({ on, by }: Of<'squat'>): Promise<void> {
    if (cluster.secrets().some(({ metadata }) => metadata.name === on)) return;
    const sealed = { apiVersion: 'bitnami.com/v1', kind: 'SealedSecret', name: 'x', uid: 'x' };
    const ownerReferences = by === 'controller' ? [{ ...sealed, controller: true }] : [];
    await cluster.as('elsewhere').create(secretType, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: on, namespace, ownerReferences },
      data: { theirs: encoded('theirs') },
    });
  }

  async function setStore(wanted: 'present' | 'absent'): Promise<void> {
    const { items } = await user.list(storeType, { namespace });
    if (wanted === 'present' && items.length === 0) await user.create(storeType, secretStore);
    if (wanted === 'absent' && items.length > 0)
      await user.remove(storeType, namespace, secretStore.metadata.name);
  }

  async function recreate(): Promise<void> {
    const spec = specOf(app());
    await user.remove(externalSecretType, namespace, 'app');
    await user.create(externalSecretType, { ...newExternalSecret('app'), spec });
  }

  const actions: { readonly [Verb in Command['do']]: (command: Of<Verb>) => void | Promise<void> } = {
    wait: ({ ms }) => installation.wait(ms),
    live: ({ ms }) => installation.live(ms),
    pass: async () => void (await installation.step()),
    run: () => installation.run(),
    write: ({ key }) => backend.write(key),
    remove: ({ key }) => backend.remove(key),
    restore: ({ key }) => backend.restore(key),
    fault: ({ fault }) => backend.setFault(fault),
    edit: ({ shape }) => patchSpec(shapes[shape]),
    rename: ({ to }) => patchSpec({ target: { name: to } }),
    creation: ({ to }) => patchSpec({ target: { creationPolicy: to } }),
    immutable: ({ to }) => patchSpec({ target: { immutable: to } }),
    template: ({ to }) => patchSpec({ target: { template: templates[to] } }),
    policy: ({ to }) => patchSpec({ target: { deletionPolicy: to } }),
    interval: ({ to }) => patchSpec({ refreshInterval: to }),
    refresh: ({ to }) => patchSpec({ refreshPolicy: to }),
    force: () =>
      patchApp({ metadata: { annotations: { 'external-secrets.io/force-sync': String(++serial) } } }),
    'drop store': () => setStore('absent'),
    'restore store': () => setStore('present'),
    tamper: () => patchData({ password: encoded(`junk ${++serial}`) }),
    'add key': () => patchData({ foreign: encoded('foreign') }),
    drop: () => withTarget(({ metadata }) => user.remove(secretType, namespace, metadata.name)),
    strip: ({ what }) => patchTarget({ metadata: stripped[what] }),
    hold: ({ what }) => servers()[0].hold(what),
    release: ({ what, count }) => servers()[0].release(what, count),
    'refuse secrets': ({ how }) => {
      cluster.refusals.secrets = how;
    },
    'refuse status': ({ how }) => {
      cluster.refusals.status = how;
    },
    'refuse gets': ({ how }) => {
      cluster.refusals.gets = how;
    },
    'restart hook': () => installation.restartHook(),
    'switch hook': () => installation.switchHook(),
    'restart metacontroller': () => installation.restartMetacontroller(),
    'switch metacontroller': () => installation.restartMetacontroller('other'),
    squat,
    recreate,
    collect: () => cluster.collect(),
  };

  return (command) => (actions[command.do] as (command: Command) => void | Promise<void>)(command);
}
