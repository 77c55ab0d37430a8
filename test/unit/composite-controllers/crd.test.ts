import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crds, installedKinds } from '../../../composite-controllers/definitions.ts';
import { knownProviders } from '../../../providers/known.ts';
import { registry } from '../../../providers/registry.ts';

type Node = Readonly<Record<string, unknown>>;

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly schema: { readonly openAPIV3Schema: Node };
}

const byKind = new Map(crds().map((crd, i) => [installedKinds[i]!.kind, crd]));
const storesAndExternalSecrets = installedKinds.filter(({ version }) => version === 'v1');
const specOf = (kind: string) => byKind.get(kind)!.spec as { versions: Version[]; conversion: Node };
const rootOf = (kind: string) => specOf(kind).versions[0]!.schema.openAPIV3Schema;

for (const [kind, crd] of byKind) {
  test(`${kind}: plain kubectl apply can carry the CRD twice, once as its own annotation`, () => {
    const bytes = Buffer.byteLength(JSON.stringify(crd));
    assert.ok(bytes <= 200 * 1024, `${bytes} bytes`);
  });
}

for (const { kind } of storesAndExternalSecrets) {
  test(`${kind}: v1 is stored; v1beta1 is served with the same schema and no webhook, and says that it is old`, () => {
    const { versions, conversion } = specOf(kind);
    assert.deepEqual(
      versions.map(({ name, served, storage, deprecated = false }) => ({
        name,
        served,
        storage,
        deprecated,
      })),
      [
        { name: 'v1', served: true, storage: true, deprecated: false },
        { name: 'v1beta1', served: true, storage: false, deprecated: true },
      ],
    );
    assert.deepEqual(versions[0]!.schema, versions[1]!.schema);
    assert.deepEqual(conversion, { strategy: 'None' });
  });

  test(`${kind}: an object without spec is refused, as the rules of spec would not see it`, () => {
    assert.deepEqual(rootOf(kind).required, ['spec']);
  });

  test(`${kind}: Metacontroller can note the generation without one more write a pass`, () => {
    const status = (rootOf(kind).properties as Record<string, Node>).status!.properties as Node;
    assert.deepEqual((status.observedGeneration as Node).format, 'int64');
  });
}

test('generators are as ESO serves them: v1alpha1, a resource each, a ClusterGenerator with a field for each', () => {
  const generators = installedKinds.filter(({ group }) => group === 'generators.external-secrets.io');
  const plurals = generators.map(({ plural }) => plural);
  for (const plural of [
    'acraccesstokens',
    'mfas',
    'sshkeys',
    'stssessiontokens',
    'uuids',
    'clustergenerators',
  ])
    assert.ok(plurals.includes(plural), plural);
  const root = rootOf('ClusterGenerator').properties as Record<string, Node>;
  const generator = (root.spec!.properties as Record<string, Node>).generator!;
  assert.deepEqual(Object.keys(generator.properties as Node).sort(), [
    'acrAccessTokenSpec',
    'beyondtrustWorkloadCredentialsDynamicSecretSpec',
    'cloudsmithAccessTokenSpec',
    'ecrAuthorizationTokenSpec',
    'fakeSpec',
    'gcrAccessTokenSpec',
    'githubAccessTokenSpec',
    'gitlabDeployTokenSpec',
    'grafanaSpec',
    'mfaSpec',
    'passwordSpec',
    'quayAccessTokenSpec',
    'sshKeySpec',
    'stsSessionTokenSpec',
    'uuidSpec',
    'vaultDynamicSecretSpec',
    'webhookSpec',
  ]);
});

test('ExternalSecret has exactly the defaults of ESO v1: others would show as differences in GitOps tools', () => {
  const defaults: Record<string, unknown> = {};
  const collect = (path: string, node: Node): void => {
    if ('default' in node) defaults[path] = node.default;
    for (const [name, child] of Object.entries((node.properties as Node | undefined) ?? {})) {
      collect(path === '' ? name : `${path}.${name}`, child as Node);
    }
    if (node.items) collect(`${path}[]`, node.items as Node);
  };
  collect('', (rootOf('ExternalSecret').properties as Record<string, Node>).spec!);
  const apiVersion = 'generators.external-secrets.io/v1alpha1';
  assert.deepEqual(defaults, {
    refreshInterval: '1h0m0s',
    target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    'target.creationPolicy': 'Owner',
    'target.deletionPolicy': 'Retain',
    'target.template.engineVersion': 'v2',
    'target.template.mergePolicy': 'Replace',
    'target.template.templateFrom[].configMap.items[].templateAs': 'Values',
    'target.template.templateFrom[].secret.items[].templateAs': 'Values',
    'target.template.templateFrom[].target': 'Data',
    'data[].sourceRef.generatorRef.apiVersion': apiVersion,
    'dataFrom[].sourceRef.generatorRef.apiVersion': apiVersion,
    'dataFrom[].rewrite[].merge.into': '',
    'dataFrom[].rewrite[].merge.priorityPolicy': 'Strict',
    'dataFrom[].rewrite[].merge.conflictPolicy': 'Error',
    'dataFrom[].rewrite[].merge.strategy': 'Extract',
  });
});

test('a store of any provider that ESO knows is kept as written, whether the provider is built or not', () => {
  for (const kind of ['SecretStore', 'ClusterSecretStore']) {
    const spec = (rootOf(kind).properties as Record<string, Node>).spec!.properties as Record<string, Node>;
    const sections = spec.provider!.properties as Record<string, Node>;
    const built = [...registry.keys()];
    assert.deepEqual(Object.keys(sections), [...new Set([...knownProviders, ...built])].sort());
    for (const [name, section] of Object.entries(sections)) {
      assert.equal(section['x-kubernetes-preserve-unknown-fields'] === true, !built.includes(name), name);
    }
  }
});
