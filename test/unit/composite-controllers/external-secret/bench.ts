import { fieldManager } from '../../../../composite-controllers/lib/field-manager.ts';
import type { KubeObject, SecretObject } from '../../../../composite-controllers/lib/objects.ts';
import { ownedFields } from '../../../../composite-controllers/lib/owned-fields.ts';
import type { Settings } from '../../../../composite-controllers/lib/ports.ts';
import { secretType } from '../../../../local/metacontroller/discovery.ts';
import { externalSecretType, namespace } from '../../properties/cluster.ts';
import type { Installation } from '../../properties/installation.ts';
import { readyOf, statusOf, textsOf } from '../../properties/objects.ts';
import { withInstallation } from '../../properties/tell.ts';

export const entry = (secretKey: string, key: string) => ({ secretKey, remoteRef: { key } });
/** Keys `password` and `token`, of the backend's `db` and `api`. */
export const both = [entry('password', 'db'), entry('token', 'api')];
export const manager = fieldManager('mine');

/** The product on an API server, a backend, and one ExternalSecret `mine` with target `mine`: what a test does to them and asks. */
export type Bench = ReturnType<typeof benchOf>;

/** Lends a {@link Bench} to `work`. */
export function onBench(work: (bench: Bench) => Promise<void>, flags: Partial<Settings> = {}): Promise<void> {
  return withInstallation(
    () => {},
    (installation) => work(benchOf(installation)),
    flags,
  );
}

function benchOf(installation: Installation) {
  const { cluster, backend } = installation;
  const user = cluster.as('user');
  const settle = () => installation.live(10_000);
  const mine = () => cluster.externalSecrets().find(({ metadata }) => metadata.name === 'mine');
  const secret = (name = 'mine') => cluster.secrets().find(({ metadata }) => metadata.name === name);
  const edit = async (patch: object) => {
    await user.mergePatch(externalSecretType, namespace, 'mine', patch);
    await settle();
  };
  let serial = 0;
  return {
    cluster,
    backend,
    settle,
    secret,
    edit,
    /** Creates the ExternalSecret. */
    async sync(target: object, data: readonly object[] = both, labels: object = {}) {
      await user.create(externalSecretType, {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: { name: 'mine', namespace, labels } as KubeObject['metadata'],
        spec: { secretStoreRef: { name: 'vault' }, refreshInterval: '1h', target, data },
      });
      await settle();
    },
    async force() {
      await edit({ metadata: { annotations: { 'external-secrets.io/force-sync': String(++serial) } } });
    },
    async removeExternalSecret() {
      await user.remove(externalSecretType, namespace, 'mine');
      cluster.collect();
      await settle();
    },
    /** Somebody creates the target. */
    async create(data: Readonly<Record<string, string>>, metadata: object = {}, fields: object = {}) {
      await user.create(secretType, {
        ...{ apiVersion: 'v1', kind: 'Secret', data: encoded(data), ...fields },
        metadata: { name: 'mine', namespace, ...metadata },
      });
    },
    /** ESO creates the target. */
    async createByEso(
      data: Readonly<Record<string, string>>,
      metadata: Partial<KubeObject['metadata']> = {},
    ) {
      const names = (map: object = {}) => Object.fromEntries(Object.keys(map).map((key) => [`f:${key}`, {}]));
      const { labels = {}, annotations = {} } = metadata;
      const object = { apiVersion: 'v1', kind: 'Secret', data: encoded(data) };
      await user.create(secretType, { ...object, metadata: { name: 'mine', namespace, ...metadata } });
      const fieldsV1 = {
        'f:type': {},
        'f:data': names(data),
        'f:metadata': { 'f:labels': names(labels), 'f:annotations': names(annotations) },
      };
      const value = [{ manager, operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 }];
      await user.jsonPatch(secretType, namespace, 'mine', [
        { op: 'replace', path: '/metadata/managedFields', value },
      ]);
    },
    async tamper(patch: object) {
      await user.mergePatch(secretType, namespace, 'mine', patch);
    },
    removeTarget: () => user.remove(secretType, namespace, 'mine'),
    texts: (name = 'mine') => Object.fromEntries(textsOf(secret(name) ?? ({} as SecretObject))),
    ready: () => readyOf(mine()!),
    status: () => statusOf(mine()!),
    uid: () => mine()!.metadata.uid!,
    /** Data keys that the hook owns. */
    owned: () => [...(ownedFields(secret()!, (by) => by.manager === manager)?.data ?? [])].sort(),
  };
}

/** A Secret's `data`. */
export function encoded(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
}
