import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crd } from '../composite-controllers/crd.ts';
import {
  admissionConfiguration,
  compositeController,
  type DefinitionOptions,
  definitions,
  installedKinds,
  parentKinds,
  rolloutDefinition,
} from '../composite-controllers/definitions.ts';
import type { KubeObject } from '../composite-controllers/lib/objects.ts';
import { toYaml } from '../composite-controllers/yaml.ts';
import { codesPage, errorTables } from './codes.ts';
import { metacontrollerCrds } from './metacontroller-crds.ts';
import { alertGroups } from './monitoring/alerts.ts';
import { dashboard } from './monitoring/dashboard.ts';
import { withProvidersTable } from './providers-table.ts';
import { hookRbac, metacontrollerRbac, rolloutRbac, rulesByHolder } from './rbac.ts';
import { valuesPage, valuesSchema } from './values.ts';

/**
 * The installation that the committed files describe: the hook runs as Service `keyhook` in namespace `keyhook`; the
 * Secret `keyhook-tls` there holds its certificate (tls.crt, tls.key) and CA (ca.crt), `keyhook-token` the bearer token.
 * Both are Secrets because Metacontroller starts to watch all Secrets with the first reference to one, and all
 * ConfigMaps with the first reference to a ConfigMap (spec metacontroller 2.4).
 */
export const inCluster: DefinitionOptions = {
  hookUrl: 'https://keyhook.keyhook.svc:8443',
  caSecret: { namespace: 'keyhook', name: 'keyhook-tls', key: 'ca.crt' },
  bearerTokenSecret: { namespace: 'keyhook', name: 'keyhook-token', key: 'token' },
};

const admissionUrl = 'https://keyhook.keyhook.svc:10250';

const top = join(import.meta.dirname, '..');
const header = '# Made by "npm run generate" from the TypeScript beside it; a test compares the two.\n';

/** Every generated file: its text by its path from the top of the repository. */
export async function generated(): Promise<Map<string, string>> {
  const codes = codesPage(await errorTables(top));
  const readme = await withProvidersTable(readFileSync(join(top, 'README.md'), 'utf8'));
  return new Map([
    ...kindFiles(),
    ...deployFiles(),
    ...chartFiles(),
    ['deploy/docs/codes.md', codes],
    ['README.md', readme],
  ]);
}

/** CRDs and CompositeControllers, beside the code of their kind. */
function kindFiles(): [string, string][] {
  const files = new Map<string, readonly object[]>();
  for (const [folder, kinds] of Map.groupBy(installedKinds, (kind) => kind.folder)) {
    files.set(`${folder}/crd.yaml`, kinds.map(crd));
    const parents = parentKinds.filter((kind) => kind.folder === folder);
    if (parents.length === 0) continue;
    files.set(
      `${folder}/compositecontroller.yaml`,
      parents.map((kind) => compositeController(kind, inCluster)),
    );
  }
  files.set('kustomization.yaml', [
    { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [...files.keys()] },
  ]);
  return [...files].map(([path, objects]) => [`composite-controllers/${path}`, yaml(objects)]);
}

function deployFiles(): [string, string][] {
  const metadata = (labels: object = {}) => ({
    name: 'keyhook',
    namespace: 'keyhook',
    labels: { 'app.kubernetes.io/name': 'keyhook', 'app.kubernetes.io/instance': 'keyhook', ...labels },
  });
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: metadata(),
    spec: { groups: alertGroups() },
  };
  const board = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata({ grafana_dashboard: '1' }), name: 'keyhook-dashboard' },
    data: { 'keyhook.json': dashboardText() },
  };
  return [
    ['deploy/base/rbac.yaml', yaml(hookRbac(installedKinds))],
    ['deploy/metacontroller/rbac.yaml', yaml(metacontrollerRbac(parentKinds))],
    ['deploy/metacontroller/crds.yaml', yaml(metacontrollerCrds())],
    ['deploy/components/admission/configuration.yaml', yaml([admissionByService()])],
    ['deploy/components/rollout/rollout.yaml', yaml([rolloutDefinition(inCluster), ...rolloutRbac()])],
    ['deploy/components/monitoring/alerts.yaml', yaml([rule])],
    ['deploy/components/monitoring/dashboard.yaml', yaml([board])],
  ];
}

/** The validating webhook behind the Service, which cert-manager tells its CA. */
function admissionByService(): object {
  const configuration = admissionConfiguration({ admissionUrl }) as KubeObject & {
    readonly webhooks: readonly { readonly clientConfig: { readonly url: string } }[];
  };
  const service = { name: 'keyhook', namespace: 'keyhook', port: 10_250 };
  return {
    ...configuration,
    metadata: {
      name: configuration.metadata.name,
      labels: { 'app.kubernetes.io/name': 'keyhook', 'app.kubernetes.io/instance': 'keyhook' },
      annotations: { 'cert-manager.io/inject-ca-from': 'keyhook/keyhook' },
    },
    webhooks: configuration.webhooks.map((webhook) => ({
      ...webhook,
      clientConfig: { service: { ...service, path: webhook.clientConfig.url.slice(admissionUrl.length) } },
    })),
  };
}

/** What the chart needs within its own folder. */
function chartFiles(): [string, string][] {
  const values = readFileSync(join(top, 'deploy/chart/values.yaml'), 'utf8');
  const files: [string, string][] = [
    ['crds/metacontroller.yaml', yaml(metacontrollerCrds())],
    ['files/definitions.yaml', yaml([...definitions(inCluster), rolloutDefinition(inCluster)])],
    ['files/admission.yaml', yaml([admissionConfiguration({ admissionUrl })])],
    ['files/rules.yaml', yaml([rulesByHolder(parentKinds, installedKinds)])],
    ['files/alerts.yaml', yaml([alertGroups()])],
    ['files/dashboard.json', dashboardText()],
    ['values.schema.json', `${JSON.stringify(valuesSchema(values), null, 2)}\n`],
    ...installedKinds.map((kind): [string, string] => [`files/crds/${kind.plural}.yaml`, yaml([crd(kind)])]),
  ];
  return [
    ...files.map(([path, text]): [string, string] => [`deploy/chart/${path}`, text]),
    ['deploy/docs/values.md', valuesPage(values)],
  ];
}

const yaml = (objects: readonly object[]) => header + toYaml(objects);
const dashboardText = () => `${JSON.stringify(dashboard(), null, 2)}\n`;

if (import.meta.main) {
  for (const [path, text] of await generated()) {
    await mkdir(dirname(join(top, path)), { recursive: true });
    await writeFile(join(top, path), text);
  }
}
