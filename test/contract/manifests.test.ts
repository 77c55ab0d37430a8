import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { specProblems } from '../../composite-controllers/external-secret/validity.ts';
import type { StoreSpec } from '../../composite-controllers/secret-store/schema.ts';
import { createStoreCheck } from '../../composite-controllers/secret-store/validity.ts';
import { registry } from '../../providers/registry.ts';
import { documentedManifests } from '../support/documented-manifests.ts';

const manifests = documentedManifests();
const checkStore = createStoreCheck(registry);
const stores = manifests.filter(({ object }) => object.kind.endsWith('SecretStore'));

describe('manifests that documentation shows are what they should be', () => {
  for (const { source, object } of manifests) {
    const { kind, metadata } = object;
    if (kind === 'ExternalSecret')
      test(`${source}: ${kind} ${metadata.name}`, () => assert.deepEqual(specProblems(object), []));
    if (kind === 'SecretStore' || kind === 'ClusterSecretStore')
      test(`${source}: ${kind} ${metadata.name}`, () =>
        assert.equal(
          checkStore(object, { kind, name: metadata.name, namespace: metadata.namespace ?? undefined }),
          undefined,
        ));
  }
});

describe('every way to log in has a manifest', () => {
  for (const [name, provider] of registry) {
    for (const method of methodsOf(provider.spec)) {
      test(`${name}: ${method}`, () => {
        const used = stores.some(({ object }) => {
          const section = (object.spec as StoreSpec).provider[name] as { auth?: object } | undefined;
          return Object.hasOwn(section?.auth ?? {}, method);
        });
        assert(used, `no documentation shows auth.${method} of ${name}`);
      });
    }
  }
});

/** Members of `auth` that are ways to log in: those that are objects. */
function methodsOf(spec: unknown): string[] {
  const { auth } = ((spec as Schema).properties ?? {}) as Record<string, Schema | undefined>;
  return Object.entries(auth?.properties ?? {})
    .filter(([, { type }]) => type === 'object')
    .map(([name]) => name);
}

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}
