import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KubeObject } from '../../../../composite-controllers/lib/objects.ts';
import { createStandIn } from '../../../../local/metacontroller/stand-in.ts';
import type { KubeApi, ResourceType } from '../../../../server/kube-api.ts';
import { cases } from '../../../golden/metacontroller/cases.ts';
import {
  type Conversation,
  createHook,
  play,
  type Write,
} from '../../../golden/metacontroller/conversation.ts';
import { settle, startWorld } from './world.ts';

const recordings = join(import.meta.dirname, '../../../golden/metacontroller/recorded');

for (const played of cases) {
  test(`the stand-in talks as Metacontroller did: ${played.name}`, async () => {
    const recorded = JSON.parse(
      readFileSync(join(recordings, `${played.name}.json`), 'utf8'),
    ) as Conversation;
    const { api, clock } = await startWorld();
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
    apply: (type, body, options) => {
      const verb = `apply fieldManager=${options.fieldManager} force=${options.force}`;
      return note({ verb, target: of(type, body), body }, api.apply(type, body, options));
    },
    jsonPatch: (type, namespace, name, body) => {
      const result = api.jsonPatch(type, namespace, name, body);
      return note({ verb: 'jsonPatch', target: at(type, namespace, name), body }, result);
    },
    remove: async (type, namespace, name, options) => {
      const result = api.remove(type, namespace, name, options).then(() => undefined);
      await note({ verb: 'remove', target: at(type, namespace, name), body: options }, result);
    },
  };
}
