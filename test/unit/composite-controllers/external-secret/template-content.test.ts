import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inputsAnnotation } from '../../../../composite-controllers/lib/names.ts';
import type { KubeData } from '../../../../providers/kit/kube.ts';
import { externalSecret, spec } from '../../../support/builders.ts';
import { canaries } from '../../../support/canaries.ts';
import { setup } from '../../../support/one-external-secret.ts';

const withTemplate = (template: object, ...more: Parameters<typeof externalSecret>) =>
  externalSecret(spec({ target: { name: 'app', template } }), ...more);

function source(data: Record<string, string>): KubeData {
  return {
    uid: 'u',
    resourceVersion: '1',
    data: new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text)])),
  };
}

/** Passes until the status has nothing more to say. */
async function settle({ pass }: ReturnType<typeof setup>): Promise<void> {
  for (let i = 0; i < 4; i++) await pass();
}

function force({ world }: ReturnType<typeof setup>, value: string): void {
  world.parent.metadata.annotations = { 'external-secrets.io/force-sync': value };
}

const random = { data: { id: '{{ uuidv4 }}', password: '{{ .password }}' } };

describe('what a template makes of a Secret', () => {
  it('becomes Ready once it is seen, with the values in their places', async () => {
    const one = setup(
      withTemplate({
        type: 'x/y',
        metadata: { labels: { l: '{{ .password }}' } },
        data: { url: 'u:{{ .password }}' },
      }),
    );
    await settle(one);
    assert.equal(one.value('app', 'url'), 'u:one');
    assert.equal(one.value('app', 'password'), '');
    assert.equal(one.world.live.get('app')?.type, 'x/y');
    assert.equal(one.world.live.get('app')?.metadata.labels?.l, 'one');
    assert.equal(one.world.live.get('app')?.metadata.annotations?.[inputsAnnotation], undefined);
    assert.equal(one.ready()?.status, 'True');
  });

  it('takes what the installation has for delimiters, in all of its templates but those of keys', async () => {
    const parent = withTemplate({
      metadata: { labels: { l: '<<.KEY>>' } },
      data: { url: '{{ .KEY }} << .KEY >>' },
      templateFrom: [{ configMap: { name: 'c', items: [{ key: 'item' }] } }, { literal: 'x: << .KEY >>' }],
    });
    parent.spec = {
      ...(parent.spec as object),
      data: undefined,
      dataFrom: [{ extract: { key: 'db' }, rewrite: [{ transform: { template: '{{ .value | upper }}' } }] }],
    };
    const one = setup(parent, { templateDelimiters: { left: '<<', right: '>>' } });
    one.world.sources.set('ConfigMap/c', source({ item: 'i << .KEY | upper >>' }));
    await settle(one);
    assert.equal(one.ready()?.message, 'secret synced');
    const texts = ['url', 'item', 'x'].map((key) => one.value('app', key));
    assert.deepEqual(texts, ['{{ .KEY }} one', 'i ONE', 'one']);
    assert.equal(one.world.live.get('app')?.metadata.labels?.l, 'one');
  });

  it('keeps the Secret when it fails, in a condition without a value', async () => {
    const canary = canaries();
    const secret = canary.marker();
    const rows: [template: object, message: RegExp][] = [
      [{ data: { a: '{{ .nope }}' } }, /template "data\.a":1:3: .*no entry for key "nope"/],
      [{ data: { a: '{{ fail .password }}' } }, /template "data\.a":1:3: .*withheld/],
      [{ data: { a: '{{ index .password 1000 }}' } }, /template "data\.a":1:3: /],
      [{ data: { a: '{{ .password | int | div 1 }}' } }, /divide by zero/],
      [{ data: { a: '{{ (.password | mustFromJson).x }}' } }, /template "data\.a":1:\d+: /],
      [{ data: { a: '{{ .password | mustToDate "2006" }}' } }, /template "data\.a":1:\d+: /],
      [{ data: { a: '{{ regexMatch .password "x" }}{{ template .password }}' } }, /template "a":1:\d+: /],
      [{ data: { a: '{{ semver .password }}' } }, /semantic version/],
      [{ data: { a: '{{ .password | rsaDecrypt .password "x" "y" }}' } }, /template "data\.a":1:\d+: /],
      [
        { metadata: { labels: { a: '{{ .password }}/{{ .password }}' } } },
        /key a does not make the value of a label/,
      ],
      [{ templateFrom: [{ literal: '{{ .password }}' }] }, /no YAML map of texts/],
      [{ templateFrom: [{ literal: '"{{ .password }}/": x' }] }, /a rendered key cannot be a key/],
      [
        { templateFrom: [{ literal: '{{ .password }}: "%"', valuesDecodingStrategy: 'Base64' }] },
        /for a rendered key: illegal base64/,
      ],
      [
        { templateFrom: [{ literal: '{{ .password }}: "{{ repeat 40000 .password }}"' }] },
        /the values take \d+ bytes, more than 1048576\. To do/,
      ],
      [
        { templateFrom: [{ target: 'Annotations', literal: '"/{{ .password }}": x' }] },
        /a rendered key cannot be the name of an annotation/,
      ],
    ];
    for (const [template, message] of rows) {
      const one = setup(withTemplate({ data: { a: 'b' } }));
      one.world.values.set('db', secret);
      await settle(one);
      const before = structuredClone(one.world.live.get('app'));
      (one.world.parent.spec as { target: object }).target = { name: 'app', template };
      one.world.parent.metadata.generation = 2;
      await one.pass();
      assert.match(one.ready()?.message ?? '', message);
      canary.assertNoCanary(JSON.stringify(one.world.parent.status), ...one.world.events);
      assert.deepEqual(one.world.live.get('app'), before);
    }
  });

  it('tells nothing of a template that comes from a Secret', async () => {
    const canary = canaries();
    const word = canary.marker();
    for (const text of [
      `{{ ${word} }}`,
      `{{ "${word}" | nope }}`,
      `{{ .${word} }}`,
      `{{ fail "${word}" }}`,
      `{{ ${word}`,
      `{{ template "${word}" }}`,
      `{{ index "${word}" 1 2 }}`,
    ]) {
      const one = setup(withTemplate({ templateFrom: [{ secret: { name: 't', items: [{ key: 'k' }] } }] }));
      one.world.sources.set('Secret/t', source({ k: text }));
      await one.pass();
      assert.match(one.ready()?.message ?? '', /template "templateFrom\[0\]\.secret t\/k":1:\d+: /);
      canary.assertNoCanary(JSON.stringify(one.world.parent.status));
    }
  });

  it('asks only for objects of the own namespace, and names what is not there', async () => {
    const one = setup(withTemplate({ templateFrom: [{ configMap: { name: 't', items: [{ key: 'k' }] } }] }));
    await one.pass();
    assert.match(one.ready()?.message ?? '', /templateFrom data: ConfigMap "t" not found/);
    assert.deepEqual(one.world.asked, ['ConfigMap team-a/t']);
    one.world.sources.set('ConfigMap/t', source({ other: '' }));
    one.world.now += 60_000;
    await one.pass();
    assert.match(one.ready()?.message ?? '', /error in configmap t: missing key k/);
  });
});

describe('something random in a Secret', () => {
  it('stays over refreshes and restarts while template and values stay, and is made anew when one changes', async () => {
    const one = setup(withTemplate(random));
    await settle(one);
    const id = one.value('app', 'id');
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.match(one.world.live.get('app')?.metadata.annotations?.[inputsAnnotation] ?? '', /^[0-9a-f]{32}$/);
    const version = one.world.live.get('app')?.metadata.resourceVersion;
    for (const value of ['1', '2']) {
      force(one, value);
      one.restart();
      await settle(one);
      assert.equal(one.ready()?.status, 'True');
    }
    assert.equal(one.world.live.get('app')?.metadata.resourceVersion, version, 'nothing was written');

    one.world.values.set('db', 'two');
    force(one, '3');
    await settle(one);
    assert.equal(one.value('app', 'password'), 'two');
    const second = one.value('app', 'id');
    assert.notEqual(second, id);

    (one.world.parent.spec as { target: object }).target = {
      name: 'app',
      template: { data: { ...random.data, more: 'x' } },
    };
    one.world.parent.metadata.generation = 2;
    await settle(one);
    assert.notEqual(one.value('app', 'id'), second);
  });

  it('is the same in every answer to one refresh, also before the first has landed', async () => {
    const one = setup(withTemplate(random));
    await one.pass('fail');
    await one.pass('fail');
    await one.pass();
    const id = one.value('app', 'id');
    one.world.now += 1_000;
    await one.pass('land', []);
    assert.equal(one.value('app', 'id'), id);
    await settle(one);
    assert.equal(one.value('app', 'id'), id);
    assert.equal(one.ready()?.status, 'True');
  });

  it('follows the source of its template', async () => {
    const one = setup(withTemplate({ templateFrom: [{ configMap: { name: 't', items: [{ key: 'k' }] } }] }));
    one.world.sources.set('ConfigMap/t', source({ k: 'a{{ uuidv4 }}' }));
    await settle(one);
    one.world.sources.set('ConfigMap/t', source({ k: 'b{{ uuidv4 }}' }));
    force(one, '1');
    await settle(one);
    assert.match(one.value('app', 'k'), /^b/);
  });

  it('goes with the Secret to a new name', async () => {
    const one = setup(withTemplate(random));
    await settle(one);
    const id = one.value('app', 'id');
    (one.world.parent.spec as { target: object }).target = { name: 'renamed', template: random };
    one.world.parent.metadata.generation = 2;
    await settle(one);
    assert.equal(one.value('renamed', 'id'), id);
    assert.equal(one.world.live.has('app'), false);
  });

  it('is not taken from whoever edits the Secret and its hash', async () => {
    const one = setup(withTemplate(random));
    await settle(one);
    const live = one.world.live.get('app')!;
    const forged = setup(withTemplate({ data: { id: 'forged', password: '{{ .password }}' } }));
    await settle(forged);
    const other = forged.world.live.get('app')!;
    live.data = other.data!;
    live.metadata.annotations!['reconcile.external-secrets.io/data-hash'] =
      other.metadata.annotations!['reconcile.external-secrets.io/data-hash']!;
    force(one, '1');
    await settle(one);
    assert.match(one.value('app', 'id'), /^[0-9a-f-]{36}$/);
  });
});
