import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { createInProcessApi } from '../../../../local/api/in-process.ts';
import { createStore } from '../../../../local/api/store.ts';
import { type SteppedClock, steppedClock } from '../../../../local/metacontroller/clock.ts';
import { createStandIn, type StandIn } from '../../../../local/metacontroller/stand-in.ts';
import type { KubeApi, ResourceType } from '../../../../server/kube-api.ts';
import { cases, elsewhere, home } from '../../../golden/metacontroller/cases.ts';
import {
  type Conversation,
  createHook,
  play,
  type Write,
} from '../../../golden/metacontroller/conversation.ts';

const golden = join(import.meta.dirname, '../../../golden/metacontroller');
const crds = ['../../testbed/crds/metacontroller.yaml', 'crds.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(join(golden, file), 'utf8')).map(
    (document) => document.toJS() as KubeObject,
  ),
);
const crdType: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};
const namespaceType: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

for (const played of cases) {
  test(`the stand-in talks as Metacontroller did: ${played.name}`, async () => {
    const text = readFileSync(join(golden, 'recorded', `${played.name}.json`), 'utf8');
    const recorded = JSON.parse(text) as Conversation;
    const clock = steppedClock(Date.parse('2026-01-01T00:00:00Z'));
    const api = createInProcessApi(createStore({ now: clock.now }));
    for (const crd of crds) await api.create(crdType, crd);
    for (const name of [home, elsewhere]) {
      const labels = name === elsewhere ? { team: 'other' } : {};
      await api.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    }
    const hook = createHook();
    const writes: Write[] = [];
    const standIn = createStandIn({
      api: noting(api, writes),
      clock,
      workers: 'stepped',
      flushIntervalSeconds: 86_400,
      transport: async (path, body) => ({ headers: {}, ...hook.answer(path.slice(1), body) }),
    });
    await standIn.start();
    const world = {
      api,
      hookUrl: 'http://hook',
      rest: () => settle(standIn, clock),
      takeWrites: () => writes.splice(0),
    };
    const { phases } = await play(played, world, hook);
    await standIn.stop();
    for (const [index, phase] of recorded.phases.entries()) {
      assert.deepEqual(phases[index], phase, phase.step);
    }
    assert.equal(phases.length, recorded.phases.length);
  });
}

/** Lets passes run until the next one is more than a minute away. */
async function settle(standIn: StandIn, clock: SteppedClock): Promise<void> {
  for (;;) {
    if ((await standIn.step()) !== undefined) continue;
    const wait = (clock.nextTimer() ?? Number.POSITIVE_INFINITY) - clock.now();
    if (wait > 60_000) return;
    clock.advance(wait);
  }
}

/** The API, with its writes noted in the form in which the recording proxy notes them. */
function noting(api: KubeApi, writes: Write[]): KubeApi {
  const note = async (write: Omit<Write, 'status'>, result: Promise<KubeObject | undefined>) => {
    const noted = { ...write, status: 200 };
    writes.push(noted);
    try {
      return (await result) as KubeObject;
    } catch (error) {
      noted.status = (error as { status: number }).status;
      throw error;
    }
  };
  const at = ({ resource }: ResourceType, namespace: string | undefined, name: string) =>
    `${resource} ${namespace ? `${namespace}/` : ''}${name}`;
  const of = (type: ResourceType, { metadata }: KubeObject) => at(type, metadata.namespace, metadata.name);
  return {
    ...api,
    replace: (type, body) => note({ verb: 'replace', target: of(type, body), body }, api.replace(type, body)),
    replaceStatus: (type, body) =>
      note({ verb: 'replaceStatus', target: of(type, body), body }, api.replaceStatus(type, body)),
    apply: (type, body, options) =>
      note(
        {
          verb: `apply fieldManager=${options.fieldManager} force=${options.force}`,
          target: of(type, body),
          body,
        },
        api.apply(type, body, options),
      ),
    jsonPatch: (type, namespace, name, body) =>
      note(
        { verb: 'jsonPatch', target: at(type, namespace, name), body },
        api.jsonPatch(type, namespace, name, body),
      ),
    remove: async (type, namespace, name, options) => {
      const write = { verb: 'remove', target: at(type, namespace, name), body: options };
      await note(
        write,
        api.remove(type, namespace, name, options).then(() => undefined),
      );
    },
  };
}
