// needs: cluster helm
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import type { Rule } from '../../deploy/rights.ts';
import { type Cluster, startCluster } from '../testbed/cluster.ts';
import { createHelm, type Helm, objectsOf, type Values } from '../testbed/helm.ts';

const top = join(import.meta.dirname, '../..');
const chart = join(top, 'deploy/chart');

/** What `deploy/example` puts together, in the chart's words. */
const asExample: Values = {
  createNamespace: true,
  'tls.certManager.enabled': true,
  'auth.existingSecret': 'keyhook-token',
  'webhook.create': true,
  'serviceMonitor.enabled': true,
  'prometheusRule.enabled': true,
  'grafanaDashboard.enabled': true,
};

/** Kinds of others, which the test bed has not. */
const foreignKinds = [
  ['cert-manager.io', 'v1', 'Issuer'],
  ['cert-manager.io', 'v1', 'Certificate'],
  ['monitoring.coreos.com', 'v1', 'ServiceMonitor'],
  ['monitoring.coreos.com', 'v1', 'PrometheusRule'],
] as const;

const foreignCrd = ([group, version, kind]: (typeof foreignKinds)[number]) => {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
};

interface Workload extends KubeObject {
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: PodSpec } };
}
interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly { readonly name: string; readonly args: readonly string[] }[];
}

const nameOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
const find = <T extends KubeObject>(objects: readonly KubeObject[], name: string): T =>
  (objects.find((object) => nameOf(object) === name) ?? assert.fail(`no ${name}`)) as T;

/** Without what says only that Helm installs it. */
function comparable(objects: readonly KubeObject[]): Map<string, KubeObject> {
  const isHelms = (name: string) =>
    [
      'helm.sh/chart',
      'app.kubernetes.io/managed-by',
      'app.kubernetes.io/version',
      'helm.sh/resource-policy',
    ].includes(name);
  const without = (map: Readonly<Record<string, string>> | undefined) => {
    const rest = Object.entries(map ?? {}).filter(([name]) => !isHelms(name));
    return rest.length === 0 ? undefined : Object.fromEntries(rest);
  };
  const entries = objects.map((object): [string, KubeObject] => {
    const { labels, annotations, ...rest } = object.metadata;
    // Helm takes what is in its folder of CRDs as it is.
    const own = object.metadata.name.endsWith('.metacontroller.k8s.io') ? undefined : without(labels);
    const metadata = { ...rest, labels: own, annotations: without(annotations) };
    return [nameOf(object), JSON.parse(JSON.stringify({ ...object, metadata }))];
  });
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('what is shipped', () => {
  let cluster: Cluster;
  let helm: Helm;
  const kustomized = async (folder: string) =>
    objectsOf(await cluster.kubectl(['kustomize', join(top, 'deploy', folder)]));
  const asList = (items: readonly object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const dryRun = (objects: readonly KubeObject[]) =>
    cluster.kubectl(
      ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', '-'],
      asList(objects),
    );

  before(async () => {
    cluster = await startCluster();
    helm = await createHelm(cluster.admin.kubeconfigPath);
    const isFirst = ({ kind }: KubeObject) =>
      kind === 'CustomResourceDefinition' || kind === 'Namespace' || kind === 'ServiceAccount';
    const first = (await kustomized('example')).filter(isFirst);
    const namespaces = first.filter(({ kind }) => kind === 'Namespace');
    await cluster.apply(...namespaces, ...first.filter(({ kind }) => kind !== 'Namespace'));
    await cluster.apply(...foreignKinds.map(foreignCrd));
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all']);
  });
  after(() => cluster.stop());

  test('the chart and the kustomize example are the same objects', async () => {
    const [ofChart, ofKustomize] = [await helm.template(chart, asExample), await kustomized('example')];
    const [left, right] = [comparable(ofChart), comparable(ofKustomize)];
    assert.deepEqual([...left.keys()], [...right.keys()]);
    for (const [name, object] of left) assert.deepEqual(object, right.get(name), name);
  });

  test("the chart without Metacontroller is the base's objects", async () => {
    const given: Values = {
      createNamespace: true,
      'metacontroller.enabled': false,
      'tls.existingSecret': 'keyhook-tls',
      'auth.existingSecret': 'keyhook-token',
    };
    const ofChart = comparable(await helm.template(chart, given));
    for (const name of ofChart.keys()) if (name.endsWith('.metacontroller.k8s.io')) ofChart.delete(name);
    assert.deepEqual([...ofChart.keys()], [...comparable(await kustomized('base')).keys()]);
  });

  test('the API server takes the kustomize example whole, strictly', async () => {
    await dryRun(await kustomized('example'));
  });

  const variants: Readonly<Record<string, Values>> = {
    'as it is': {},
    'as the example': asExample,
    'with names and places of its own': {
      fullnameOverride: 'secrets',
      'commonLabels.team': 'platform',
      'podLabels.team': 'platform',
      'global.podAnnotations.note': 'yes',
      'nodeSelector.disk': 'ssd',
      'tolerations[0].operator': 'Exists',
      'affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey': 'zone',
      'imagePullSecrets[0].name': 'pull',
      priorityClassName: 'system-cluster-critical',
    },
    'with client certificates': {
      'auth.clientCertificate.enabled': true,
      'auth.clientCertificate.existingSecret': 'metacontroller-client',
    },
    'narrowed to namespaces': {
      'rbac.namespaces': '{default,kube-system}',
      'definitions.selector.team': 'a',
    },
    'with an issuer of the platform': {
      'tls.certManager.enabled': true,
      'tls.certManager.issuerRef.name': 'corporate',
      'tls.certManager.issuerRef.kind': 'ClusterIssuer',
    },
    'beside a Metacontroller': {
      'metacontroller.enabled': false,
      'metacontroller.existing.namespaceSelector.matchLabels.kubernetes\\.io/metadata\\.name':
        'metacontroller',
      'networkPolicy.egress[0].ports[0].port': 443,
    },
    'with everything that is extra': {
      'extraArgs.adopt': 'never',
      'extraEnv[0].name': 'HTTPS_PROXY',
      'extraEnv[0].value': 'http://proxy:3128',
      'extraVolumes[0].name': 'more',
      'extraVolumes[0].emptyDir.medium': 'Memory',
      'extraVolumeMounts[0].name': 'more',
      'extraVolumeMounts[0].mountPath': '/more',
      'extraObjects[0].apiVersion': 'v1',
      'extraObjects[0].kind': 'ConfigMap',
      'extraObjects[0].metadata.name': 'extra-{{ .Release.Name }}',
      'extraObjects[0].metadata.namespace': 'keyhook',
      systemAuthDelegator: true,
      processClusterStore: false,
      'log.level': 'debug',
    },
    'with targets of other kinds': {
      'genericTargets.enabled': true,
      'genericTargets.resources[0].apiGroup': 'example.com',
      'genericTargets.resources[0].resources': '{widgets}',
    },
    'with the webhook and the certificate that it makes': {
      'webhook.create': true,
      'webhook.failurePolicy': 'Fail',
    },
    'on OpenShift': { 'global.compatibility.openshift.adaptSecurityContext': 'force' },
  };
  for (const [name, values] of Object.entries(variants)) {
    test(`the API server takes the chart ${name}, strictly`, async () => {
      await dryRun(await helm.template(chart, values));
    });
  }

  test('pods fit the restricted Pod Security Standard, which the namespace enforces', async () => {
    const workloads = (await kustomized('example')).filter(({ kind }) => kind === 'Deployment') as Workload[];
    assert.equal(workloads.length, 2);
    for (const { metadata, spec } of workloads) {
      const pod = { name: metadata.name, namespace: 'keyhook' };
      await dryRun([{ apiVersion: 'v1', kind: 'Pod', metadata: pod, spec: spec.template.spec }]);
    }
    const bare = { containers: [{ name: 'a', image: 'a' }] };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bare', namespace: 'keyhook' },
      spec: bare,
    };
    await assert.rejects(dryRun([pod]), /violates PodSecurity "restricted/);
  });

  test('a value that the chart does not know is refused, not ignored', async () => {
    await assert.rejects(
      helm.template(chart, { 'certController.create': true }),
      /certController.*not allowed/s,
    );
    await assert.rejects(helm.template(chart, { 'image.flavour': 'ubi' }), /flavour.*not allowed/s);
    await assert.rejects(helm.template(chart, { 'log.level': 'loud' }), /log\.level|log\/level/);
  });

  test('the certificate that the chart makes has the names of the Service, and those who call trust it', async () => {
    const objects = await helm.template(chart, { fullnameOverride: 'secrets', 'webhook.create': true });
    const { data } = find<KubeObject & { data: Record<string, string> }>(
      objects,
      'Secret keyhook/secrets-tls',
    );
    const pem = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
    const certificate = new X509Certificate(pem('tls.crt'));
    for (const host of ['secrets', 'secrets.keyhook', 'secrets.keyhook.svc'])
      assert.equal(certificate.checkHost(host), host);
    assert.ok(certificate.verify(new X509Certificate(pem('ca.crt')).publicKey));
    const controllers = objects.filter(({ kind }) => kind === 'CompositeController');
    assert.ok(controllers.length >= 3);
    const { webhooks } = find<KubeObject & { webhooks: readonly { clientConfig: { caBundle: string } }[] }>(
      objects,
      'ValidatingWebhookConfiguration /secrets-validate',
    );
    for (const { clientConfig } of webhooks) assert.equal(clientConfig.caBundle, data['ca.crt']);
    for (const { spec } of controllers as (KubeObject & { spec: { hooks: object } })[])
      for (const { webhook } of Object.values(spec.hooks)) {
        assert.equal(webhook.caBundle.inline, pem('ca.crt'));
        assert.match(webhook.url, /^https:\/\/secrets\.keyhook\.svc:8443\/hooks\//);
        assert.deepEqual(webhook.authorization.secretRef, {
          namespace: 'keyhook',
          name: 'secrets-token',
          key: 'token',
        });
      }
  });

  test('with client certificates there is no token on either side', async () => {
    const objects = await helm.template(chart, variants['with client certificates']);
    const { spec } = find<Workload>(objects, 'Deployment keyhook/keyhook');
    const { args } = spec.template.spec.containers[0] ?? assert.fail('no container');
    assert.ok(args.includes('--tls-client-ca-file=/etc/keyhook/clients/ca.crt'));
    assert.ok(!JSON.stringify(objects).includes('keyhook-token'));
  });

  test('a kind that is not processed has no definition, and a selector narrows those that there are', async () => {
    const objects = await helm.template(chart, {
      processClusterStore: false,
      'definitions.selector.team': 'a',
    });
    const found = objects.filter(({ kind }) => kind === 'CompositeController') as (KubeObject & {
      spec: { parentResource: { resource: string; labelSelector: object } };
    })[];
    const narrowed = found.map(({ spec }) => spec.parentResource.resource);
    assert.ok(narrowed.includes('externalsecrets') && narrowed.includes('secretstores'));
    assert.ok(!narrowed.includes('clustersecretstores'));
    for (const { spec } of found) {
      const { resource, labelSelector } = spec.parentResource;
      // The hook makes them, and they carry no labels of users.
      const expected = resource === 'generatorstates' ? undefined : { matchLabels: { team: 'a' } };
      assert.deepEqual(labelSelector, expected, resource);
    }
  });

  test('targets of other kinds come with the rights to write them, and the switch as a switch', async () => {
    const objects = await helm.template(chart, variants['with targets of other kinds']);
    const { rules } = find<KubeObject & { rules: readonly Rule[] }>(objects, 'ClusterRole /keyhook');
    const verbs = ['get', 'create', 'patch', 'delete'];
    assert.deepEqual(rules.slice(-2), [
      { apiGroups: [''], resources: ['configmaps'], verbs },
      { apiGroups: ['example.com'], resources: ['widgets'], verbs },
    ]);
    const { spec } = find<Workload>(objects, 'Deployment keyhook/keyhook');
    assert.ok(spec.template.spec.containers[0]?.args.includes('--unsafe-allow-generic-targets'));
  });

  test('further flags reach the program as they are', async () => {
    const objects = await helm.template(chart, {
      'extraArgs.template-left-delimiter': '<% #',
      'extraArgs.watch-targets': '',
    });
    const { spec } = find<Workload>(objects, 'Deployment keyhook/keyhook');
    const args = spec.template.spec.containers[0]?.args ?? [];
    assert.ok(args.includes('--template-left-delimiter=<% #') && args.includes('--watch-targets'));
  });

  test('OpenShift gets no user ids, and a narrowed hook no ClusterRole', async () => {
    const onOpenShift = JSON.stringify(await helm.template(chart, variants['on OpenShift']));
    assert.doesNotMatch(onOpenShift, /runAsUser|runAsGroup|fsGroup/);
    const narrowed = (await helm.template(chart, variants['narrowed to namespaces'])).map(nameOf);
    assert.ok(!narrowed.includes('ClusterRole /keyhook'));
    for (const namespace of ['default', 'kube-system'])
      for (const kind of ['Role', 'RoleBinding'])
        assert.ok(narrowed.includes(`${kind} ${namespace}/keyhook`));
  });
});
