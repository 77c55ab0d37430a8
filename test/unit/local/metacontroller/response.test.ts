import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StandInCrash } from '../../../../local/metacontroller/errors.ts';
import { decodeCustomizeResponse, decodeSyncResponse } from '../../../../local/metacontroller/response.ts';

const empty = { status: undefined, children: [], resyncAfterSeconds: 0, finalized: false };

for (const [what, body, expected] of [
  ['null means no children', 'null', empty],
  ['an empty object means no children', '{}', empty],
  ['nulls are absent', '{"children":null,"status":null,"finalized":null}', empty],
  [
    'white space is allowed',
    ' \n{ "finalized" : true , "resyncAfterSeconds": 1.5e1 }\t',
    { ...empty, finalized: true, resyncAfterSeconds: 15 },
  ],
  ['an empty status is one', '{"status":{}}', { ...empty, status: {} }],
] as const) {
  test(`a sync response: ${what}`, () => assert.deepEqual(decodeSyncResponse(body, 'sync'), expected));
}

test('a child keeps a data key named __proto__, and of its duplicate keys the last counts', () => {
  const body = '{"children":[{"kind":"Secret","data":{"__proto__":"YQ==","k":"YQ==","k":"Yg=="}}]}';
  const [child] = decodeSyncResponse(body, 'sync').children;
  assert.deepEqual(Object.entries(child?.data as object), [
    ['__proto__', 'YQ=='],
    ['k', 'Yg=='],
  ]);
});

test('text arrives as it was escaped', () => {
  const body = String.raw`{"status":{"t":"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\té"}}`;
  assert.deepEqual(decodeSyncResponse(body, 'sync').status, { t: 'é😀"\\/\b\f\n\r\té' });
});

const unmarshal = (why: string) => `can't unmarshal webhookResponse (version: v2, type: sync): ${why}`;
const strict = (why: string) =>
  `strict validation failed for v2 webhookResponse (type: sync, mode: strict): ${why}`;
for (const [body, message] of [
  ['', unmarshal('unexpected end of JSON input')],
  ['{"a":', unmarshal('unexpected end of JSON input')],
  ['<html>', unmarshal("invalid character '<' looking for beginning of value")],
  ['{} x', unmarshal("invalid character 'x' after top-level value")],
  ['{"a" 1}', unmarshal("invalid character '1' after object key")],
  ['{"a":1 "b":2}', unmarshal(`invalid character '"' after object key:value pair`)],
  ['[1 2]', unmarshal("invalid character '2' after array element")],
  ['{a:1}', unmarshal("invalid character 'a' looking for beginning of object key string")],
  ['trux', unmarshal("invalid character 'x' in literal true (expecting 'e')")],
  ['{"a":"\n"}', unmarshal("invalid character '\n' in string literal")],
  [String.raw`{"a":"\q"}`, unmarshal("invalid character 'q' in string escape code")],
  [String.raw`{"a":"\u00g0"}`, unmarshal("invalid character 'g' in \\u hexadecimal character escape")],
  ['-x', unmarshal("invalid character 'x' in numeric literal")],
  ['"text"', unmarshal('json: cannot unmarshal string into Go value of type v2.CompositeHookResponse')],
  [
    '{"finalized":1}',
    unmarshal(
      'json: cannot unmarshal number into Go struct field CompositeHookResponse.finalized of type bool',
    ),
  ],
  ['{"children":[{"metadata":{}}]}', unmarshal(`Object 'Kind' is missing in '{"metadata":{}}'`)],
  ['{"Children":[]}', strict('unknown field "Children"')],
  ['{"a":1,"b":2}', strict('[unknown field "a", unknown field "b"]')],
  ['{"finalized":false,"finalized":false}', strict('duplicate field "finalized"')],
  ['{"status":{"a":[{"b":1,"b":2}]}}', strict('duplicate field "status.a[0].b"')],
] as const) {
  test(`refused with Metacontroller's words: ${JSON.stringify(body)}`, () => {
    assert.throws(() => decodeSyncResponse(body, 'sync'), { message });
  });
}

test('a null child or rule is what ends the process', () => {
  assert.throws(() => decodeSyncResponse('{"children":[null]}', 'finalize'), StandInCrash);
  assert.throws(() => decodeCustomizeResponse('{"relatedResources":[null]}'), StandInCrash);
});

test('a customize response gives its rules, with absent members empty', () => {
  const body =
    '{"relatedResources":[{"apiVersion":"v1","resource":"secrets","names":["a"],"labelSelector":null}]}';
  assert.deepEqual(decodeCustomizeResponse(body), [
    {
      apiVersion: 'v1',
      resource: 'secrets',
      labelSelector: undefined,
      namespaceSelector: undefined,
      namespace: '',
      names: ['a'],
    },
  ]);
  assert.deepEqual(decodeCustomizeResponse('{}'), []);
});
