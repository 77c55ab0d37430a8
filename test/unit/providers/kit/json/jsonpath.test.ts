import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonError, type JsonErrorCode } from '../../../../../providers/kit/json/json-error.ts';
import { followPath } from '../../../../../providers/kit/json/jsonpath.ts';
import { serialize } from '../../../../../providers/kit/json/serialize.ts';
import { parseJson } from '../../../../../providers/kit/json/tokenizer.ts';

const style = { names: 'document', html: 'plain', numbers: 'text' } as const;
const follow = (document: string, path: string): string | undefined => {
  const found = followPath(parseJson(document).root, path);
  if (found === undefined) return undefined;
  return found.kind === 'one'
    ? serialize(found.node, style)
    : `many ${found.nodes.map((node) => serialize(node, style)).join(' ')}`.trim();
};
const document = `{"result":{"a":"x","x-y":"dash","n":1.50,"nil":null,"dup":1,"dup":2},
  "list":[{"id":1,"name":"one","tags":["p","q"]},{"id":2,"name":"two","on":true},{"id":3,"name":"three","deep":{"id":2}}]}`;

test('paths lead where they lead in ESO', () => {
  const rows: [path: string, found: string | undefined][] = [
    ['$.result.a', '"x"'],
    ['$["result"]["x-y"]', '"dash"'],
    ["$['result']['x-y']", '"dash"'],
    ['$.result.x-y', '"dash"'],
    ['$.result.n', '1.50'],
    ['$.result.nil', 'null'],
    ['$.result.dup', '2'],
    ['$.result.none', undefined],
    ['$.result.a.b', undefined],
    ['$.list[0].name', '"one"'],
    ['$.list.1.name', '"two"'],
    ['$.list[-1].name', '"three"'],
    ['$.list[3]', undefined],
    ['$.list[1:].name', 'many "two" "three"'],
    ['$.list[0:2].id', 'many 1 2'],
    ['$.list[:-1].id', 'many 1 2'],
    ['$.list[::2].id', 'many 1 3'],
    ['$.list[::-1].id', 'many 3 2 1'],
    ['$.list[2:0:-1].id', 'many 3 2'],
    ['$.list[0,2].name', 'many "one" "three"'],
    ['$.list[*].id', 'many 1 2 3'],
    ['$.list.*.id', 'many 1 2 3'],
    ['$..id', 'many 1 2 3 2'],
    ['$..deep..id', 'many 2'],
    ['$..["x-y"]', 'many "dash"'],
    ['$.list[?(@.id==2)].name', 'many "two"'],
    ['$.list[?(@.name=="three")].id', 'many 3'],
    ["$.list[?(@.name=='three')].id", 'many 3'],
    ['$.list[?@.id>1].id', 'many 2 3'],
    ['$.list[?(@.id >= 2 && @.name != "two")].id', 'many 3'],
    ['$.list[?(@.id==1 || @.on)].id', 'many 1 2'],
    ['$.list[?(!(@.on) && @.id<3)].id', 'many 1'],
    ['$.list[?(@.on==true)].id', 'many 2'],
    ['$.list[?(@.deep.id==$.list[1].id)].name', 'many "three"'],
    ['$.list[?(@.none==null)].id', 'many'],
    ['$.list[?(@.tags=="p")].id', 'many'],
  ];
  for (const [path, found] of rows) assert.equal(follow(document, path), found, path);
});

test('a path that makes no sense is told', () => {
  const throws = (path: string, code: JsonErrorCode) =>
    assert.throws(
      () => follow(document, path),
      (error) => error instanceof JsonError && error.code === code,
      path,
    );
  for (const path of [
    '',
    'result',
    '$.',
    '$[',
    '$[]',
    '$.a b',
    '$[?(@.a==)]',
    '$[?(@.a=~"x")]',
    '$.a()',
    '$[1',
    '$["a]',
  ])
    throws(path, 'NoPlace');
  throws(`$[?${'('.repeat(100)}@.a${')'.repeat(100)}]`, 'TooDeep');
  throws(`$${'.a'.repeat(3000)}`, 'TooComplex');
});

test('no path costs more than it may', () => {
  const nested = `${'['.repeat(60)}${']'.repeat(60)}`;
  assert.throws(
    () => follow(`[${Array.from({ length: 500 }, () => nested).join(',')}]`, '$..*..*..*..*'),
    (error) => error instanceof JsonError && error.code === 'TooComplex',
  );
});
