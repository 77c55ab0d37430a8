import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderError, type ProviderErrorCode } from '../../../../providers/kit/errors.ts';
import type { Push } from '../../../../providers/kit/provider.ts';
import { pushedDocument, pushedValue } from '../../../../providers/kit/push.ts';
import { readPushMetadata } from '../../../../providers/kit/push-metadata.ts';
import { K } from '../../../../providers/kit/schema.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const throws = (work: () => unknown, code: ProviderErrorCode, what?: RegExp) =>
  assert.throws(work, (error) => {
    assert(error instanceof ProviderError && error.code === code, String(error));
    if (what !== undefined) assert.match(error.details.what ?? '', what);
    return true;
  });

const push = (fields: Partial<Push>): Push => ({
  remoteKey: 'key',
  namespace: 'team',
  source: {
    type: 'Opaque',
    labels: {},
    annotations: {},
    data: new Map([
      ['z', Buffer.from('<&>')],
      ['a', Uint8Array.of(0x61, 0xff)],
    ]),
  },
  ...fields,
});

test('one key is pushed to the byte, the whole Secret as sorted JSON of strings', () => {
  assert.deepEqual([...pushedValue(push({ secretKey: 'a' }))], [0x61, 0xff]);
  assert.equal(text(pushedValue(push({}))), '{"a":"a\ufffd","z":"<&>"}');
  throws(() => pushedValue(push({ secretKey: 'b' })), 'InvalidPush', /secretKey b/);
});

test('a property is set in what the backend has', () => {
  const value = Buffer.from('v');
  assert.equal(text(pushedDocument(push({}), value, Buffer.from('old'))), 'v');
  assert.equal(text(pushedDocument(push({ property: 'p' }), value)), '{"p":"v"}');
  assert.equal(
    text(pushedDocument(push({ property: 'p' }), value, Buffer.from('{"a": 1}'))),
    '{"a": 1,"p":"v"}',
  );
  throws(() => pushedDocument(push({ property: 'p' }), value, Buffer.from('no JSON')), 'NotSettable');
  throws(() => pushedDocument(push({ property: 'u@h' }), value), 'NotSettable');
});

const schema = K.object('', {
  kmsKeyID: K.optional(K.string('')),
  tags: K.optional(K.map('', K.string(''))),
  mode: K.optional(K.enum('', ['One', 'Two'])),
  days: K.optional(K.int('')),
  decoded: K.optional(K.bool('')),
  policy: K.optional(K.object('', { name: K.string(''), deep: K.optional(K.any('')) })),
  places: K.optional(K.list('', K.string(''))),
});
const envelope = (spec: unknown) => ({
  apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
  kind: 'PushSecretMetadata',
  spec,
});

test('metadata are read whatever the case of their fields, and only the names of fields are folded', () => {
  const spec = {
    KmsKeyId: 'k',
    TAGS: { Team: 'a', __proto__x: 'b' },
    mode: 'Two',
    days: 7,
    decoded: true,
    Policy: { NAME: 'n', deep: { Any: [1] } },
    places: ['x'],
  };
  assert.deepEqual(readPushMetadata(envelope(spec), schema), {
    kmsKeyID: 'k',
    tags: { Team: 'a', __proto__x: 'b' },
    mode: 'Two',
    days: 7,
    decoded: true,
    policy: { name: 'n', deep: { Any: [1] } },
    places: ['x'],
  });
  assert.equal(readPushMetadata(undefined, schema), undefined);
  assert.equal(readPushMetadata(null, schema), undefined);
  assert.deepEqual(readPushMetadata(envelope({ tags: null }), schema), {});
});

test('metadata that a provider would not understand are refused by the name of the field', () => {
  const rows: [metadata: unknown, what: RegExp][] = [
    ['text', /^metadata must be an object/],
    [{ kmsKeyID: 'k' }, /^metadata\.apiVersion/],
    [{ ...envelope({}), kind: 'Other' }, /^metadata\.kind/],
    [{ ...envelope({}), status: {} }, /^metadata\.status is unknown/],
    [envelope({ tag: {} }), /^metadata\.spec\.tag is unknown/],
    [envelope({ tags: { a: 1 } }), /^metadata\.spec\.tags\.a must be a string/],
    [envelope({ tags: [] }), /^metadata\.spec\.tags must be an object/],
    [envelope({ mode: 'Three' }), /^metadata\.spec\.mode must be one of One, Two/],
    [envelope({ days: 1.5 }), /^metadata\.spec\.days must be a whole number/],
    [envelope({ decoded: 'true' }), /^metadata\.spec\.decoded must be a boolean/],
    [envelope({ policy: {} }), /^metadata\.spec\.policy\.name is missing/],
    [envelope({ policy: { name: 'n', other: 1 } }), /^metadata\.spec\.policy\.other is unknown/],
    [envelope({ places: 'x' }), /^metadata\.spec\.places must be a list/],
    [envelope({ places: [1] }), /^metadata\.spec\.places\[0\] must be a string/],
  ];
  for (const [metadata, what] of rows) throws(() => readPushMetadata(metadata, schema), 'InvalidPush', what);
});
