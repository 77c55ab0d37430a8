import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installedKinds } from '../../../composite-controllers/definitions.ts';
import { compile } from '../../../composite-controllers/validator.ts';
import { registry } from '../../../providers/registry.ts';

type Node = Readonly<Record<string, unknown>>;

const anyType = ['description', 'type', 'default', 'nullable', 'x-kubernetes-validations'];
/** Keywords that a structural schema may hold (apiextensions v1, KEP-2335), by type. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  object: [
    'properties',
    'required',
    'additionalProperties',
    'minProperties',
    'maxProperties',
    'x-kubernetes-map-type',
    'x-kubernetes-preserve-unknown-fields',
  ],
  array: ['items', 'minItems', 'maxItems', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys'],
  string: ['enum', 'pattern', 'minLength', 'maxLength', 'format'],
  integer: ['minimum', 'maximum', 'format'],
  boolean: [],
};
const intOrString = ['x-kubernetes-int-or-string', 'pattern', 'minimum', 'maximum'];

/** Every node below a schema, with its path. */
function* walk(path: string, schema: Node): Generator<[string, Node]> {
  yield [path, schema];
  for (const [name, child] of Object.entries((schema.properties as Node | undefined) ?? {})) {
    yield* walk(`${path}.${name}`, child as Node);
  }
  if (schema.items) yield* walk(`${path}[]`, schema.items as Node);
  if (schema.additionalProperties) yield* walk(`${path}{}`, schema.additionalProperties as Node);
}

const schemas: readonly [string, unknown][] = [
  ...installedKinds.flatMap((kind): [string, unknown][] => [
    [`${kind.kind}.spec`, kind.spec],
    ...(kind.status === undefined ? [] : ([[`${kind.kind}.status`, kind.status]] as [string, unknown][])),
  ]),
  ...[...registry.values()].map((provider): [string, unknown] => [provider.name, provider.spec]),
];

for (const [name, schema] of schemas) {
  test(`${name} is structural, so that the API server admits it, prunes by it and fills in its defaults`, () => {
    for (const [path, node] of walk(name, schema as Node)) {
      const keywords = Object.keys(node);
      if (node['x-kubernetes-int-or-string'] === true) {
        assert.equal(node.type, undefined, `${path}: an int-or-string has no type`);
        assertOnly(path, keywords, [...anyType, ...intOrString]);
        continue;
      }
      assert.ok(Object.hasOwn(allowed, String(node.type)), `${path}: type ${node.type}`);
      assertOnly(path, keywords, [...anyType, ...allowed[String(node.type)]!]);
      assert.ok(!(node.properties && node.additionalProperties), `${path}: properties and a map at once`);
      assert.notEqual(typeof node.additionalProperties, 'boolean', `${path}: an open map`);
      for (const field of (node.required as string[] | undefined) ?? []) {
        assert.ok(
          Object.hasOwn(node.properties as Node, field),
          `${path}: requires ${field}, which it lacks`,
        );
      }
      for (const { rule, message } of (node['x-kubernetes-validations'] as Node[] | undefined) ?? []) {
        assert.ok(rule && message, `${path}: a rule without its message`);
      }
      if ('default' in node) {
        assert.deepEqual(compile(node)(node.default), [], `${path}: the default breaks its own schema`);
      }
    }
  });

  test(`${name} describes each of its fields to kubectl explain`, () => {
    for (const [path, node] of walk(name, schema as Node)) {
      if (/(\[\]|\{\})$/.test(path)) continue;
      assert.match(String(node.description ?? ''), /\.$/, path);
    }
  });
}

function assertOnly(path: string, keywords: readonly string[], permitted: readonly string[]): void {
  assert.deepEqual(
    keywords.filter((keyword) => !permitted.includes(keyword)),
    [],
    `${path}: not structural`,
  );
}
