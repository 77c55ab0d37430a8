import assert from 'node:assert/strict';
import type { SecretMap } from '../../providers/kit/provider.ts';
import { type Bench, type Case, soon } from './bench.ts';
import { documentD, documentN, keysOfD, propertiesOfD, readingsOfN, wholeOfD } from './golden.ts';
import type { Backend } from './harness.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const texts = (map: SecretMap) => Object.fromEntries([...map].map(([key, bytes]) => [key, text(bytes)]));

async function read(bench: Bench, key: string, version?: string) {
  const client = await bench.reader();
  return client.read({ key, ...(version === undefined ? {} : { version }) }, soon());
}

async function seeded(bench: Bench, key: string, value: object | string) {
  const json = typeof value === 'string' ? value : JSON.stringify(value);
  await bench.backend.seed([{ key, json }]);
  return read(bench, key);
}

const holdsJson = ({ documents }: Backend) => documents !== 'keys';

/** Texts that have to arrive as they are; the last but one is what an SSH key looks like. */
export const exactTexts = {
  plain: 'plain',
  empty: '',
  blank: ' \t\n ',
  unicode: 'ключ 密钥 🔑 \u00e9 e\u0301',
  control: '\u0000\u0001\u001f\u007f\u2028\u2029',
  html: '<script>&amp;</script>',
  quotes: '"\\"',
  json: '{"inner": [1.50, null]}',
  base64: 'AAECAwQ=',
  pem: '-----BEGIN KEY-----\nAbCd+/==\n-----END KEY-----\n',
  large: 'x'.repeat(64 * 1024),
};

/** Values, properties and keys (spec providers 12.2, 13.1, 13.2). */
export const valueCases: readonly Case[] = [
  {
    name: 'texts arrive to the byte',
    async run(bench) {
      const secret = await seeded(bench, 'values/texts', exactTexts);
      for (const [name, value] of Object.entries(exactTexts))
        assert.equal(text(secret.value(name)), value, name);
      assert.deepEqual(texts(secret.map()), exactTexts);
    },
  },
  {
    name: 'a whole secret reads as it is, and its size counts its bytes',
    applies: holdsJson,
    async run(bench) {
      const secret = await seeded(bench, 'values/whole', documentD);
      const expected = wholeOfD(bench.harness.dialect);
      assert.equal(text(secret.value()), expected);
      assert.equal(text(secret.value('')), expected);
      assert.equal(secret.size, Buffer.byteLength(expected));
    },
  },
  {
    name: 'properties read by the golden table',
    applies: holdsJson,
    async run(bench) {
      const secret = await seeded(bench, 'values/properties', documentD);
      for (const [property, value] of propertiesOfD(bench.harness.dialect)) {
        if (value === undefined) {
          bench.throws(() => secret.value(property), 'PropertyMissing', 'NotFound');
        } else {
          assert.equal(text(secret.value(property)), value, property);
        }
      }
    },
  },
  {
    name: 'keys are extracted by the golden table',
    applies: holdsJson,
    async run(bench) {
      const secret = await seeded(bench, 'values/extract', documentD);
      assert.deepEqual(texts(secret.map()), keysOfD(bench.harness.dialect));
    },
  },
  {
    name: 'a property that holds an object, or the text of one, is extracted in its turn',
    applies: holdsJson,
    async run(bench) {
      const inner = { username: 'u', port: 5432 };
      const secret = await seeded(bench, 'values/nested', { db: inner, text: JSON.stringify(inner) });
      const expected = { username: 'u', port: '5432' };
      assert.deepEqual(texts(secret.map('db')), expected);
      assert.deepEqual(texts(secret.map('text')), expected);
      assert.equal(text(secret.value('db.port')), '5432');
    },
  },
  {
    name: 'what is no object cannot be extracted, and the error does not show it',
    applies: holdsJson,
    async run(bench) {
      const value = bench.marker();
      const secret = await seeded(bench, 'values/scalar', { value, list: [value], number: 5 });
      bench.throws(() => secret.map('value'), 'NotAnObject');
      bench.throws(() => secret.map('list'), 'NotAnObject');
      bench.throws(() => secret.map('number'), 'NotAnObject');
      bench.throws(() => secret.map('missing'), 'PropertyMissing', 'NotFound');
      bench.throws(() => secret.value('value.missing'), 'PropertyMissing', 'NotFound');
    },
  },
  {
    name: 'names that look special are names',
    applies: holdsJson,
    async run(bench) {
      const names = {
        '/shmoo': 'a',
        '/shmoo.boom': 'b',
        'qu"z': 'c',
        'acc<ess_&ke.,y': 'd',
        constructor: 'e',
      };
      // Written out: an object literal would take __proto__ for the prototype.
      const json = `${JSON.stringify(names).slice(0, -1)},"__proto__":"f","ключ":"g"}`;
      const secret = await seeded(bench, 'values/names', json);
      const map = secret.map();
      const expected = [...Object.entries(names), ['__proto__', 'f'], ['ключ', 'g']] as const;
      assert.equal(map.size, expected.length);
      for (const [name, value] of expected) assert.equal(text(map.get(name) ?? assert.fail(name)), value);
      assert.equal(text(secret.value('/shmoo')), 'a');
      assert.equal(text(secret.value('__proto__')), 'f');
      assert.equal(text(secret.value('constructor')), 'e');
      bench.throws(() => secret.value('toString'), 'PropertyMissing', 'NotFound');
    },
  },
  {
    name: 'an empty object has no keys',
    applies: ({ emptyObjects }) => emptyObjects === 'kept',
    async run(bench) {
      const secret = await seeded(bench, 'values/none', {});
      assert.equal(text(secret.value()), '{}');
      assert.equal(secret.map().size, 0);
    },
  },
  {
    name: 'keys of secrets may hold what URLs may not',
    applies: ({ names }) => names !== 'plain',
    async run(bench) {
      for (const key of [
        'keys/with space',
        'keys/50%',
        'keys/a+b&c=d',
        'keys/ключ',
        'keys/a;b:c@d',
        'keys/x.y',
      ]) {
        const secret = await seeded(bench, key, { key });
        assert.equal(text(secret.value('key')), key);
      }
    },
  },
  {
    name: 'a value that is no JSON arrives to the byte, and has neither properties nor keys',
    applies: ({ plain }) => plain !== undefined,
    async run(bench) {
      const { holds, write } = bench.backend.plain!;
      const binary = Uint8Array.of(0x00, 0xff, 0xfe, 0x80, 0x0a);
      const values: (string | Uint8Array)[] = ['plain text\n', '{"cut": ', ' ', '"text"'];
      for (const [index, value] of [...values, ...(holds === 'bytes' ? [binary] : [])].entries()) {
        await write(`plain/${index}`, value);
        const secret = await read(bench, `plain/${index}`);
        assert.deepEqual(Buffer.from(secret.value()), Buffer.from(value as string));
        bench.throws(() => secret.value('v'), 'PropertyMissing', 'NotFound');
        bench.throws(() => secret.map(), 'NotAnObject');
      }
    },
  },
  {
    name: 'a map that was handed out can be changed without harm',
    async run(bench) {
      const secret = await seeded(bench, 'values/shared', { a: '1' });
      secret.map().clear();
      assert.deepEqual(texts(secret.map()), { a: '1' });
    },
  },
  {
    name: 'a new value is read at once',
    async run(bench) {
      assert.equal(text((await seeded(bench, 'values/changing', { v: 'one' })).value('v')), 'one');
      assert.equal(text((await seeded(bench, 'values/changing', { v: 'two' })).value('v')), 'two');
    },
    // Values that stand in the store itself change with the store.
    applies: ({ values }) => values === 'own',
  },
  {
    name: 'a version is read exactly, and one that does not exist is absent',
    applies: ({ versions }) => versions !== undefined,
    async run(bench) {
      const versions = await bench.backend.versions!('values/versions', ['{"v":"one"}', '{"v":"two"}']);
      const values = await Promise.all(
        versions.map(async (version) => text((await read(bench, 'values/versions', version)).value('v'))),
      );
      assert.deepEqual(values, ['one', 'two']);
      await bench.rejects(read(bench, 'values/versions', '9'), bench.absent);
    },
  },
  {
    name: 'numbers, booleans and null are written as the backend has them',
    applies: holdsJson,
    async run(bench) {
      const secret = await seeded(bench, 'values/numbers', documentN);
      const { values, keys } = readingsOfN(bench.harness.dialect);
      assert.deepEqual(texts(secret.map()), keys);
      for (const [name, value] of Object.entries(values)) assert.equal(text(secret.value(name)), value, name);
    },
  },
  {
    name: 'a secret of the largest size that the backend takes arrives whole',
    applies: ({ largest }) => largest !== undefined,
    async run(bench) {
      const around = JSON.stringify({ v: '' }).length;
      const value = 'x'.repeat(bench.backend.largest! - around);
      assert.equal(text((await seeded(bench, 'values/largest', { v: value })).value('v')), value);
    },
  },
];
