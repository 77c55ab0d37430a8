import { parentKinds } from '../../composite-controllers/definitions.ts';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import {
  hookRules,
  metacontrollerRules,
  type Rule,
  rolloutRules,
  rolloutWatchRules,
  tokenRules,
} from '../../deploy/rights.ts';
import { createKubeApi } from '../../server/kube.ts';
import { type KubeApi, KubeApiError, type ResourceType } from '../../server/kube-api.ts';
import { createAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { type Cluster, startCluster } from '../testbed/cluster.ts';
import { startVault, type Vault } from '../testbed/vault.ts';
import { assembleWorld, type StartDriver } from './assemble.ts';
import { createEndings } from './endings.ts';
import { installKinds } from './installation.ts';
import { typeOf } from './kinds.ts';
import { createVaultBackend } from './vault-backend.ts';
import type { Backend, BackendRequest, World } from './world.ts';

/** A real API server and a real Vault, on which several worlds can follow each other. */
export interface RealParts {
  readonly cluster: Cluster;
  readonly vault: Vault;
  readonly vaultCaPem: string;
  readonly api: KubeApi;
  stop(): Promise<void>;
}

/** Starts the parts; Vault serves HTTPS and knows the ServiceAccounts of the cluster. */
export async function startRealParts(): Promise<RealParts> {
  const endings = createEndings();
  return endings.orFail(async () => {
    const authority = createAuthority('a company of its own');
    const server = authority.issue({ commonName: 'vault' });
    const cluster = await startCluster({ users: [{ name: hookUser }, { name: driverUser }] });
    endings.add(cluster.stop);
    const vault = await startVault({ tls: { server, caPem: authority.certPem } });
    endings.add(vault.stop);
    await vault.enableKubernetesAuth(cluster);
    const api = createKubeApi({ kubeconfig: cluster.admin.kubeconfigPath });
    endings.add(async () => api.close());
    await installKinds(api);
    await cluster.apply(...grants);
    await api.apply(policyType, refusal, { fieldManager: 'installer', force: true });
    return { cluster, vault, vaultCaPem: authority.certPem, api, stop: endings.end };
  });
}

const hookUser = 'keyhook';
const driverUser = 'metacontroller';
const rbac = 'rbac.authorization.k8s.io';

/** Gives the user exactly what is shipped for the ServiceAccount in its place. */
function grant(name: string, rules: readonly Rule[]): object[] {
  const metadata = { name };
  return [
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ apiGroup: rbac, kind: 'User', name }],
    },
  ];
}

const grants = [
  ...grant(hookUser, [
    ...hookRules,
    ...tokenRules,
    ...rolloutRules,
    // What somebody who allows targets of other kinds grants beside it.
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'patch'] },
  ]),
  ...grant(driverUser, [...metacontrollerRules(parentKinds), ...rolloutWatchRules]),
];

/** A {@link World} of the real parts. */
export function startRealWorld(
  { cluster, vault, vaultCaPem, api }: RealParts,
  startDriver: StartDriver,
): Promise<World> {
  const kubeconfig = cluster.admin.kubeconfigPath;
  return assembleWorld(
    {
      kubeconfig,
      hookKubeconfig: cluster.user(hookUser).kubeconfigPath,
      driverKubeconfig: cluster.user(driverUser).kubeconfigPath,
      confidential: [vault.rootToken],
      startBackend: (request) => startBackend(request, vault, vaultCaPem),
      refuseSecrets: (namespace) => refuse(api, namespace),
      admitSecrets: (namespace) => admit(api, namespace),
    },
    startDriver,
  );
}

async function startBackend(
  { namespace, kv, access }: BackendRequest,
  vault: Vault,
  caPem: string,
): Promise<Backend> {
  const mount = `kv-${namespace}`;
  await vault.enableKv(mount, kv === 'v1' ? 1 : 2);
  const may = access === 'write' ? '"create", "read", "update", "patch", "delete", "list"' : '"read", "list"';
  const setDenied = (keys: readonly string[]) =>
    vault.policy(
      namespace,
      [
        // The trailing star covers a mount that does not exist, for those who misspell it.
        `path "${mount}*" { capabilities = [${may}] }`,
        ...keys.map((key) => `path "${mount}/data/${key}" { capabilities = ["deny"] }`),
      ].join('\n'),
    );
  await setDenied([]);
  await vault.write(`auth/kubernetes/role/${namespace}`, {
    bound_service_account_names: ['*'],
    bound_service_account_namespaces: [namespace],
    token_policies: [namespace],
  });
  const { auth } = (await vault.write('auth/token/create-orphan', { policies: [namespace] })) ?? {};
  const { client_token: token } = auth as { client_token: string };
  return createVaultBackend({
    address: vault.address,
    caPem,
    rootToken: vault.rootToken,
    mount,
    kv,
    token,
    variables: {
      'vault.role': namespace,
      'vault.tlsAddr': vault.address,
      'vault.caBundle': Buffer.from(caPem).toString('base64'),
    },
    setDenied,
    async close() {},
  });
}

const admissionType = (kind: string, resource: string): ResourceType => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource,
  kind,
  namespaced: false,
});
const policyType = admissionType('ValidatingAdmissionPolicy', 'validatingadmissionpolicies');
const bindingType = admissionType('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings');

const refusal: KubeObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'no-secrets' },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] },
      ],
    },
    validations: [{ expression: 'false', message: 'no Secret may be written here' }],
  },
};

async function refuse(api: KubeApi, namespace: string): Promise<void> {
  const binding: KubeObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: namespace },
    spec: {
      policyName: 'no-secrets',
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  };
  await api.apply(bindingType, binding, { fieldManager: 'kubectl', force: true });
  await eventually(async () => {
    if (await isAdmitted(api, namespace)) throw new Error('Secrets are still admitted');
  });
}

async function admit(api: KubeApi, namespace: string): Promise<void> {
  try {
    await api.remove(bindingType, undefined, namespace);
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 404) return;
    throw error;
  }
  await eventually(async () => {
    if (!(await isAdmitted(api, namespace))) throw new Error('Secrets are still refused');
  });
}

async function isAdmitted(api: KubeApi, namespace: string): Promise<boolean> {
  const probe: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'probe', namespace } };
  try {
    await api.apply(typeOf('Secret'), probe, { fieldManager: 'probe', force: true, dryRun: true });
    return true;
  } catch (error) {
    if (error instanceof KubeApiError && error.status === 422) return false;
    throw error;
  }
}
