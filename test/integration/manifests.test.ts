// needs: cluster
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { crds } from '../../composite-controllers/definitions.ts';
import { createKubeApi } from '../../server/kube.ts';
import { installKinds } from '../scenarios/installation.ts';
import { documentedManifests } from '../support/documented-manifests.ts';
import { type Cluster, startCluster } from '../testbed/cluster.ts';

/** Groups whose objects no API server takes: kustomize reads them itself. */
const notOfTheCluster = /^kustomize\.config\.k8s\.io\//;

describe('the API server takes every manifest that documentation shows, to the letter', () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster();
    const api = createKubeApi({ kubeconfig: cluster.admin.kubeconfigPath });
    await installKinds(api);
    api.close();
    assert(crds().length > 0);
  });
  after(() => cluster?.stop());

  for (const { source, object } of documentedManifests()) {
    if (notOfTheCluster.test(object.apiVersion)) continue;
    test(`${source}: ${object.kind} ${object.metadata.name}`, async () => {
      const { namespace, ...metadata } = object.metadata;
      const candidate = {
        ...object,
        metadata: namespace === undefined ? metadata : { ...metadata, namespace: 'default' },
      };
      await cluster.kubectl(
        ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'],
        JSON.stringify(candidate),
      );
    });
  }
});
