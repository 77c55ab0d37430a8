import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { oneParent } from './one-parent.ts';

const readyOf = ({
  conditions = [],
}: {
  conditions?: { type: string; status: string; message?: string }[];
}) => {
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready && [ready.status, ready.message];
};

describe('an object in each namespace', () => {
  it('is stated where the namespace is selected, and called provisioned once it has been seen', async () => {
    const one = oneParent();
    one.namespace('a');
    one.namespace('b');
    one.namespace('other', { team: 'b' });
    const first = await one.pass();
    assert.deepEqual(one.places(), ['a/db', 'b/db']);
    assert.equal(readyOf(first.status), undefined);
    const second = await one.pass();
    assert.deepEqual(readyOf(second.status), ['True', undefined]);
    assert.deepEqual(second.status.provisionedNamespaces, ['a', 'b']);
    assert.equal((second.status as { externalSecretName?: string }).externalSecretName, 'db');
    assert.equal(second.resyncAfterSeconds, 3_600);
  });

  it('has the metadata that is given, and the parent’s force-sync', async () => {
    const one = oneParent();
    one.namespace('a');
    one.change({
      externalSecretName: 'named',
      externalSecretMetadata: {
        labels: { app: 'x' },
        annotations: { note: 'y', 'external-secrets.io/force-sync': 'never copied from here' },
      },
    });
    one.world.parent.metadata.annotations = { 'external-secrets.io/force-sync': '1', other: 'stays' };
    const [child] = (await one.pass()).children;
    assert.equal(child?.metadata.name, 'named');
    assert.deepEqual(child?.metadata.labels, { app: 'x' });
    assert.deepEqual(child?.metadata.annotations, { note: 'y', 'external-secrets.io/force-sync': '1' });
    delete one.world.parent.metadata.annotations;
    assert.deepEqual((await one.pass()).children[0]?.metadata.annotations, { note: 'y' });
  });

  it('selects by every selector and by name', () => {
    const one = oneParent();
    one.change({
      namespaceSelectors: [{ matchLabels: { team: 'a' } }, {}],
      namespaceSelector: { matchExpressions: [{ key: 'x', operator: 'Exists' }] },
      namespaces: ['n1'],
    });
    assert.deepEqual(one.customize()?.relatedResources, [
      { apiVersion: 'v1', resource: 'namespaces', labelSelector: { matchLabels: { team: 'a' } } },
      { apiVersion: 'v1', resource: 'namespaces', labelSelector: {} },
      {
        apiVersion: 'v1',
        resource: 'namespaces',
        labelSelector: { matchExpressions: [{ key: 'x', operator: 'Exists' }] },
      },
      { apiVersion: 'v1', resource: 'namespaces', names: ['n1'] },
    ]);
  });

  it('asks for no rule where none is given, and is Ready without a namespace', async () => {
    const one = oneParent();
    one.change({ namespaceSelectors: undefined, namespaces: [] });
    assert.deepEqual(one.customize()?.relatedResources, []);
    const { children, status } = await one.pass();
    assert.deepEqual([children, readyOf(status)], [[], ['True', undefined]]);
  });

  it('goes from a namespace that is selected no more, or is gone', async () => {
    const one = oneParent();
    for (const name of ['a', 'b', 'c']) one.namespace(name);
    await one.pass();
    await one.pass();
    one.namespace('a', { team: 'b' });
    one.world.namespaces.delete('b');
    const { status } = await one.pass();
    assert.deepEqual(one.places(), ['c/db']);
    assert.deepEqual(status.provisionedNamespaces, ['c']);
  });

  it('leaves a namespace that is on its way out alone', async () => {
    const one = oneParent();
    one.namespace('a', { team: 'a' }, { deletionTimestamp: '2026-03-01T10:00:00Z' });
    const { children, status } = await one.pass();
    assert.deepEqual([children, status.failedNamespaces], [[], undefined]);
  });
});

describe('nothing is deleted by accident', () => {
  const settled = async () => {
    const one = oneParent();
    one.namespace('a');
    one.namespace('b');
    await one.pass();
    await one.pass();
    one.world.looks.length = 0;
    return one;
  };

  it('when the list of namespaces is partial, since the live one still matches', async () => {
    const one = await settled();
    one.world.shown.namespaces = [];
    const { children } = await one.pass();
    assert.deepEqual(one.world.looks.sort(), ['Namespace a', 'Namespace b']);
    assert.deepEqual(
      children.map(({ metadata }) => metadata.namespace),
      ['a', 'b'],
    );
    assert.deepEqual(
      children.map(({ spec }) => spec),
      [...one.world.live.values()].map(({ spec }) => spec),
    );
  });

  it('when the API server does not tell: nothing is answered at all', async () => {
    for (const status of [0, 403, 500]) {
      const one = await settled();
      one.world.shown.namespaces = [];
      one.world.refusal = status;
      assert.equal((await one.sync()).kind, 'wait', `${status}`);
    }
  });

  it('when the answer to customize was about something else', async () => {
    const one = await settled();
    const outcome = await one.controller.sync(
      {
        controller: one.world.parent,
        parent: one.world.parent,
        children: {},
        related: {},
        finalizing: false,
      },
      { signal: AbortSignal.timeout(5_000) },
    );
    assert.equal(outcome.kind, 'wait');
  });

  it('when the specification cannot be followed', async () => {
    const one = await settled();
    one.change({ namespaceSelectors: [{ matchExpressions: [{ key: 'x', operator: 'In' }] }] });
    assert.deepEqual(one.customize()?.relatedResources, []);
    const { status } = await one.pass();
    assert.deepEqual(one.places(), ['a/db', 'b/db']);
    assert.deepEqual(readyOf(status), ['False', 'one or more namespaces failed']);
    assert.equal(status.failedNamespaces?.[0]?.namespace, 'unknown');
    assert.match(status.failedNamespaces?.[0]?.reason ?? '', /label selector is not valid/);
  });

  it('when the parent is being deleted, which is the garbage collector’s business', async () => {
    const one = await settled();
    one.world.parent.metadata.deletionTimestamp = '2026-03-01T11:00:00Z';
    one.world.shown.namespaces = [];
    assert.equal((await one.pass()).children.length, 2);
    assert.deepEqual(one.customize()?.relatedResources, []);
  });

  it('when the name changes: the old one goes once the new one has been seen', async () => {
    const one = await settled();
    one.change({ externalSecretName: 'new' });
    await one.pass();
    assert.deepEqual(one.places(), ['a/db', 'a/new', 'b/db', 'b/new']);
    await one.pass();
    assert.deepEqual(one.places(), ['a/new', 'b/new']);
  });
});

describe('what is somebody else’s', () => {
  it('is reported and never stated, whoever has it', async () => {
    const owner = { apiVersion: 'x/v1', kind: 'Other', name: 'o', uid: 'o', controller: true };
    for (const metadata of [{}, { ownerReferences: [owner] }]) {
      const one = oneParent();
      one.namespace('a');
      one.namespace('b');
      one.externalSecret('a', metadata);
      await one.pass();
      const { children, status, resyncAfterSeconds } = await one.pass();
      assert.deepEqual(
        children.map(({ metadata }) => metadata.namespace),
        ['b'],
      );
      assert.deepEqual(status.failedNamespaces, [
        { namespace: 'a', reason: 'external secret already exists in namespace' },
      ]);
      assert.deepEqual(status.provisionedNamespaces, ['b']);
      assert.deepEqual(readyOf(status), ['False', 'one or more namespaces failed']);
      assert.equal(resyncAfterSeconds, 60);
      assert.equal(one.world.events.length, 1, 'one event for one failure');
    }
  });

  it('makes way: the namespace is provisioned at the next look', async () => {
    const one = oneParent();
    one.namespace('a');
    one.externalSecret('a');
    await one.pass();
    one.world.live.clear();
    await one.pass();
    assert.deepEqual(readyOf((await one.pass()).status), ['True', undefined]);
  });

  it('stays where the name changes to one that is taken, and so does the old child', async () => {
    const one = oneParent();
    one.namespace('a');
    await one.pass();
    await one.pass();
    one.externalSecret('a', {}, 'new');
    one.change({ externalSecretName: 'new' });
    await one.pass();
    await one.pass();
    assert.deepEqual(one.places(), ['a/db', 'a/new']);
    assert.equal(one.world.live.get('a/new')?.metadata.ownerReferences, undefined);
  });

  it('is not what a former parent of the name left behind: that is waited for', async () => {
    const one = oneParent();
    one.namespace('a');
    const former = { apiVersion: 'external-secrets.io/v1', kind: 'ClusterExternalSecret', name: 'db' };
    one.externalSecret('a', { ownerReferences: [{ ...former, uid: 'former', controller: true }] });
    const { children, status } = await one.pass();
    assert.deepEqual([children, status.failedNamespaces], [[], undefined]);
  });

  it('is not what was released although it is recorded as ours', async () => {
    const one = oneParent();
    one.namespace('a');
    await one.pass();
    await one.pass();
    one.externalSecret('a');
    await one.pass();
    assert.equal(one.world.live.get('a/db')?.metadata.ownerReferences?.[0]?.uid, 'ces-uid');
  });

  it('comes off the spec of a child, once a minute', async () => {
    const one = oneParent();
    one.namespace('a');
    await one.pass();
    await one.pass();
    const child = one.world.live.get('a/db');
    one.world.live.set('a/db', {
      ...child!,
      spec: { ...(child?.spec as object), syncWindows: {}, 'a/b': 1 },
    });
    await one.sync();
    await one.sync();
    assert.deepEqual(one.world.patches, [
      [
        { op: 'test', path: '/metadata/resourceVersion', value: '8' },
        { op: 'remove', path: '/spec/syncWindows' },
        { op: 'remove', path: '/spec/a~1b' },
      ],
    ]);
    one.world.now += 60_000;
    await one.sync();
    assert.equal(one.world.patches.length, 2);
  });
});

describe('a child whose write does not land', () => {
  it('fails its namespace after a while, and the others are provisioned', async () => {
    const one = oneParent();
    one.namespace('a');
    one.namespace('b');
    await one.pass();
    const refused = async () => {
      one.world.live.delete('a/db');
      return one.pass();
    };
    await refused();
    one.world.now += 5_000;
    assert.equal(readyOf((await refused()).status), undefined);
    one.world.now += 6_000;
    const { status } = await refused();
    assert.deepEqual(readyOf(status), ['False', 'one or more namespaces failed']);
    assert.match(status.failedNamespaces?.[0]?.reason ?? '', /SyncError/);
    assert.deepEqual(status.provisionedNamespaces, ['b']);
    await one.pass();
    assert.deepEqual(readyOf((await one.pass()).status), ['True', undefined]);
  });
});
