// needs: cluster moto
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SecretObject } from '../../composite-controllers/lib/objects.ts';
import { createKubeApi } from '../../server/kube.ts';
import { applyManifest } from '../scenarios/actions.ts';
import { assembleWorld, type StartDriver } from '../scenarios/assemble.ts';
import { startMetacontroller, startStandIn } from '../scenarios/drivers.ts';
import { createEndings } from '../scenarios/endings.ts';
import { installKinds } from '../scenarios/installation.ts';
import { typeOf } from '../scenarios/kinds.ts';
import { assertNothingLeaked, assertNothingLogged } from '../scenarios/leaks.ts';
import type { World } from '../scenarios/world.ts';
import { type AwsCaller, awsCaller } from '../support/aws-api.ts';
import { eventually } from '../support/eventually.ts';
import { type RecordingProxy, startRecordingProxy } from '../support/recording-proxy.ts';
import { startCluster } from '../testbed/cluster.ts';
import { startMoto } from '../testbed/moto.ts';

const namespace = 'team';
const role = 'arn:aws:iam::123456789012:role/team-secrets';
const apiVersion = 'external-secrets.io/v1beta1';

/** What a team that comes from ESO has in its repository. */
const manifests = [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'reader', annotations: { 'eks.amazonaws.com/role-arn': role } },
  },
  {
    apiVersion,
    kind: 'ClusterSecretStore',
    metadata: { name: 'aws' },
    spec: {
      provider: {
        aws: {
          service: 'SecretsManager',
          region: 'eu-west-1',
          auth: { jwt: { serviceAccountRef: { name: 'reader', namespace } } },
        },
      },
    },
  },
  {
    apiVersion,
    kind: 'ExternalSecret',
    metadata: { name: 'app' },
    spec: {
      // So long that no slot of it falls into the test.
      refreshInterval: '8760h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'aws' },
      target: { name: 'app', creationPolicy: 'Owner' },
      data: ['username', 'password'].map((property) => ({
        secretKey: property,
        remoteRef: { key: 'team/app', property },
      })),
    },
  },
];

const metacontroller = process.env.METACONTROLLER_BIN;
const drivers: readonly [name: string, start: StartDriver][] = [
  ["Metacontroller's stand-in", (_, api) => startStandIn(api)],
  ...(metacontroller
    ? [
        ['Metacontroller', (kubeconfig) => startMetacontroller(metacontroller, kubeconfig)] satisfies [
          string,
          StartDriver,
        ],
      ]
    : []),
];

for (const [driver, startDriver] of drivers)
  describe(`manifests of ESO for AWS, on a real API server and moto, driven by ${driver}`, () => {
    const endings = createEndings();
    let world: World;
    let call: AwsCaller;
    let reads: RecordingProxy;
    let sts: RecordingProxy;

    before(() =>
      endings.orFail(async () => {
        const moto = await startMoto();
        endings.add(moto.stop);
        call = awsCaller(moto.url);
        reads = await startRecordingProxy(moto.url);
        endings.add(reads.close);
        sts = await startRecordingProxy(moto.url);
        endings.add(sts.close);
        process.env.AWS_SECRETSMANAGER_ENDPOINT = reads.url;
        process.env.AWS_STS_ENDPOINT = sts.url;

        const cluster = await startCluster();
        endings.add(cluster.stop);
        const kubeconfig = cluster.admin.kubeconfigPath;
        const installer = createKubeApi({ kubeconfig });
        endings.add(async () => installer.close());
        await installKinds(installer);
        const unused = () => Promise.reject(new Error('no part of this story'));
        world = await assembleWorld(
          { kubeconfig, confidential: [], startBackend: unused, refuseSecrets: unused, admitSecrets: unused },
          startDriver,
        );
        endings.add(world.stop);
      }),
    );
    after(endings.end);

    /** Waits until the Secret holds the values and the ExternalSecret says so. */
    const synced = (values: Readonly<Record<string, string>>) =>
      eventually(
        () => {
          const secret = world.recorder.get('Secret', namespace, 'app') as SecretObject | undefined;
          const seen = Object.entries(secret?.data ?? {});
          const texts = seen.map(([key, data]) => [key, Buffer.from(data, 'base64').toString()]);
          assert.deepEqual(Object.fromEntries(texts), values);
          assert.equal(readyOf('ExternalSecret', namespace, 'app'), 'True SecretSynced');
        },
        { timeout: 20_000 },
      );
    const readyOf = (kind: string, within: string | undefined, name: string) => {
      const { conditions = [] } = (world.recorder.get(kind, within, name)?.status ?? {}) as {
        conditions?: { type: string; status: string; reason: string }[];
      };
      const ready = conditions.find(({ type }) => type === 'Ready');
      return `${ready?.status} ${ready?.reason}`;
    };
    const operations = () => reads.requests.map(({ headers }) => String(headers['x-amz-target']));

    test('two properties of one secret cost one read and one AssumeRole', async () => {
      const values = { username: 'app', password: world.canaries.marker() };
      await call('secretsmanager.CreateSecret', { Name: 'team/app', SecretString: JSON.stringify(values) });
      const api = world.as('kubectl');
      await api.create(typeOf('Namespace'), {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
      for (const manifest of manifests) await applyManifest(manifest, { world, namespace });
      await synced(values);
      assert.equal(readyOf('ClusterSecretStore', undefined, 'aws'), 'True Valid');

      assert.deepEqual(operations(), ['secretsmanager.GetSecretValue']);
      const logins = sts.requests.map(({ body }) => new URLSearchParams(body.toString()));
      assert.deepEqual(
        logins.map((login) => [login.get('Action'), login.get('RoleArn')]),
        [['AssumeRoleWithWebIdentity', role]],
      );
      const token = logins[0]?.get('WebIdentityToken') ?? '';
      const { aud, sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
      assert.deepEqual([aud, sub], [['sts.amazonaws.com'], `system:serviceaccount:${namespace}:reader`]);
      world.canaries.watch(token);
    });

    test('a rotated value costs one read more, and no login', async () => {
      const values = { username: 'app', password: world.canaries.marker() };
      await call('secretsmanager.PutSecretValue', {
        SecretId: 'team/app',
        SecretString: JSON.stringify(values),
      });
      const type = typeOf('ExternalSecret');
      const annotations = { 'external-secrets.io/force-sync': 'now' };
      await world.as('kubectl').mergePatch(type, namespace, 'app', { metadata: { annotations } });
      await synced(values);
      assert.equal(operations().length, 2);
      assert.equal(sts.requests.length, 1);
    });

    test('no value and no token stands anywhere else', async () => {
      await assertNothingLeaked({ world, namespace, backend: undefined });
      await assertNothingLogged(world);
    });
  });
