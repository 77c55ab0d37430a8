// needs: cluster
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { admissionConfiguration } from '../../composite-controllers/definitions.ts';
import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { compose } from '../../server/compose.ts';
import { readServeConfig } from '../../server/config.ts';
import { createKubeApi } from '../../server/kube.ts';
import { type KubeApi, KubeApiError, type ResourceType } from '../../server/kube-api.ts';
import { createLogger } from '../../server/logger.ts';
import { type Running, serve } from '../../server/serve.ts';
import { installKinds } from '../scenarios/installation.ts';
import { typeOf } from '../scenarios/kinds.ts';
import { createAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { tempDir } from '../support/temp-dir.ts';
import { type Cluster, startCluster } from '../testbed/cluster.ts';

const configurations: ResourceType = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
};

describe('an API server with the validating webhook', () => {
  let cluster: Cluster;
  let running: Running;
  let api: KubeApi & { close(): void };

  before(async () => {
    cluster = await startCluster();
    api = createKubeApi({ kubeconfig: cluster.admin.kubeconfigPath });
    await installKinds(api);
    const dir = tempDir('webhook');
    const authority = createAuthority();
    const identity = authority.issue({ commonName: 'keyhook' });
    const file = async (name: string, content: string) => {
      await writeFile(join(dir, name), content, { mode: 0o600 });
      return join(dir, name);
    };
    const config = readServeConfig(
      {
        host: '127.0.0.1',
        port: '0',
        'admission-port': '0',
        kubeconfig: cluster.admin.kubeconfigPath,
        'token-file': await file('token', 'a-token-that-nobody-uses'),
        'tls-cert-file': await file('tls.crt', identity.certPem),
        'tls-key-file': await file('tls.key', identity.keyPem),
        'shutdown-delay': '0s',
      },
      {},
    );
    running = await serve(config, createLogger('silent'), compose);
    const admissionUrl = running.admissionUrl ?? assert.fail('there is no webhook');
    const installed = admissionConfiguration({ admissionUrl, caPem: authority.certPem });
    await api.apply(configurations, installed, { fieldManager: 'installer', force: true });
    // The API server learns of a configuration a moment later.
    await eventually(async () =>
      assert.match(await refusalOf(externalSecret('probe', { data: undefined })), /either data or dataFrom/),
    );
  });
  after(async () => {
    await running?.close();
    api?.close();
    await cluster?.stop();
  });

  function externalSecret(name: string, fields: object): KubeObject {
    const data = [{ secretKey: 'a', remoteRef: { key: 'a' } }];
    return {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name, namespace: 'default' },
      spec: { secretStoreRef: { name: 's' }, data, ...fields },
    };
  }

  /** Why the API server would not take the object; empty when it would. */
  async function refusalOf(object: KubeObject): Promise<string> {
    try {
      const options = { fieldManager: 'user', force: true, dryRun: true };
      await api.apply(typeOf(object.kind), object, options);
      return '';
    } catch (error) {
      if (error instanceof KubeApiError && error.status < 500) return error.message;
      throw error;
    }
  }

  test('takes what is fine', async () => {
    const template = { data: { url: '{{ .a | upper }}' } };
    assert.equal(await refusalOf(externalSecret('fine', { target: { template } })), '');
  });

  test('refuses what no schema and no CEL rule can see, with its place', async () => {
    const rows: [fields: object, message: RegExp][] = [
      [
        { target: { template: { data: { url: 'a\n{{ .a' } } } },
        /denied the request: spec\.target\.template\.data\.url: template "url":2:\d+: unclosed action/,
      ],
      [
        { target: { template: { data: { url: '{{ getHostByName "x" }}' } } } },
        /function "getHostByName" not defined/,
      ],
      [
        { dataFrom: [{ extract: { key: 'a' }, rewrite: [{ regexp: { source: '(?=a)', target: 'b' } }] }] },
        /spec\.dataFrom\[0\]\.rewrite\[0\]\.regexp\.source: regexp failed with failed to compile/,
      ],
    ];
    for (const [fields, message] of rows)
      assert.match(await refusalOf(externalSecret('bad', fields)), message);
  });

  test('refuses a store that can never work', async () => {
    const store: KubeObject = {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata: { name: 'bad', namespace: 'default' },
      spec: { provider: { fake: { data: [] } }, conditions: [{ namespaceRegexes: ['('] }] },
    };
    assert.match(await refusalOf(store), /denied the request: failed to compile 0th namespace regex/);
  });

  test('lets everything go, and takes everything while the webhook is down', async () => {
    const bad = externalSecret('bad', { target: { template: { data: { url: '{{' } } } });
    await running.close();
    await api.create(typeOf('ExternalSecret'), bad);
    await api.remove(typeOf('ExternalSecret'), 'default', 'bad');
  });
});
