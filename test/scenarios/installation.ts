import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { crds, definitions, rolloutDefinition } from '../../composite-controllers/definitions.ts';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { compositeType, decoratorType } from '../../local/metacontroller/composites.ts';
import { crdType } from '../../local/metacontroller/discovery.ts';
import { type KubeApi, KubeApiError, type ResourceType } from '../../server/kube-api.ts';
import { eventually } from '../support/eventually.ts';
import type { Hook } from './hook.ts';
import { typeOf } from './kinds.ts';

const home = 'keyhook';
/** Installs the CRDs: ours, and as much of Metacontroller's as its stand-in and the API server need. */
export async function installKinds(api: KubeApi): Promise<void> {
  const foreign = readFileSync(join(import.meta.dirname, '../testbed/crds/metacontroller.yaml'), 'utf8');
  const all = [...crds(), ...foreign.split(/^---$/m).map((text) => parse(text) as KubeObject)];
  for (const crd of all) await api.create(crdType, crd);
  await eventually(async () => {
    const { items } = await api.list(crdType);
    for (const { metadata, status } of items) {
      const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
      if (!conditions.some((condition) => condition.type === 'Established' && condition.status === 'True'))
        throw new Error(`${metadata.name} is not established`);
    }
  });
}

/** Tells Metacontroller of the hook, as `keyhook manifests` does. */
export async function installHook(api: KubeApi, hook: Hook): Promise<void> {
  const metadata = { name: home };
  await put(api, typeOf('Namespace'), { apiVersion: 'v1', kind: 'Namespace', metadata });
  const token: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keyhook-token', namespace: home },
    data: { token: Buffer.from(hook.token).toString('base64') },
  };
  await put(api, typeOf('Secret'), token);
  const options = {
    hookUrl: hook.url,
    caPem: hook.caPem,
    bearerTokenSecret: { namespace: home, name: 'keyhook-token', key: 'token' },
  };
  const controllers = definitions(options);
  for (const controller of controllers) await put(api, compositeType, controller);
  await put(api, decoratorType, rolloutDefinition(options));
}

/** Creates the object, or puts it in the place of the one that is there. */
async function put(api: KubeApi, type: ResourceType, object: KubeObject): Promise<void> {
  try {
    await api.create(type, object);
  } catch (error) {
    if (!(error instanceof KubeApiError && error.status === 409)) throw error;
    const { namespace, name } = object.metadata;
    const { resourceVersion = '' } = (await api.get(type, namespace, name)).metadata;
    await api.replace(type, { ...object, metadata: { ...object.metadata, resourceVersion } });
  }
}
