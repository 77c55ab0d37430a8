import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StoreHandle } from '../../../providers/backends.ts';
import { type MetricName, metricTable } from '../../../server/metric-table.ts';
import { createMetrics, type Metrics } from '../../../server/metrics.ts';
import { answering, controllerThat, hookApp, parent, syncBody } from '../../support/hook-app.ts';

const hour = 3_600_000;
const subject = { kind: 'ExternalSecret', namespace: 'team-a', name: 'app' };
const ready = [{ type: 'Ready', status: 'True' }];

function metricsAt(time: { ms: number } = { ms: 0 }): Metrics {
  return createMetrics({ now: () => time.ms, bytesInFlight: () => 42, process: 'ignored' });
}

/** The samples of a metric, as the exposition has them. */
async function samples(metrics: Metrics, name: string): Promise<string[]> {
  const { text } = await metrics.expose();
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe("ESO's metrics, under its names and labels", () => {
  test('a pass counts, and shows each condition with both statuses', async () => {
    const metrics = metricsAt();
    metrics.passed({ subject, outcome: 'success', seconds: 0.25, conditions: ready });
    metrics.passed({
      subject,
      outcome: 'error',
      seconds: 0.5,
      conditions: [{ type: 'Ready', status: 'False' }],
    });
    const labels = 'name="app",namespace="team-a"';
    assert.deepEqual(await samples(metrics, 'externalsecret_sync_calls_total'), [
      `externalsecret_sync_calls_total{${labels}} 2`,
    ]);
    assert.deepEqual(await samples(metrics, 'externalsecret_sync_calls_error'), [
      `externalsecret_sync_calls_error{${labels}} 1`,
    ]);
    assert.deepEqual(await samples(metrics, 'externalsecret_reconcile_duration'), [
      `externalsecret_reconcile_duration{${labels}} 500000000`,
    ]);
    assert.deepEqual((await samples(metrics, 'externalsecret_status_condition')).toSorted(), [
      `externalsecret_status_condition{${labels},condition="Ready",status="False"} 1`,
      `externalsecret_status_condition{${labels},condition="Ready",status="True"} 0`,
    ]);
  });

  test('a status that holds no more is not shown as one that does', async () => {
    const metrics = metricsAt();
    const pass = { subject, outcome: 'success', seconds: 1 } as const;
    metrics.passed({ ...pass, conditions: [{ type: 'Ready', status: 'Unknown' }] });
    metrics.passed({ ...pass, conditions: ready });
    const shown = await samples(metrics, 'externalsecret_status_condition');
    assert.deepEqual(
      shown.filter((line) => line.endsWith(' 1')).map((line) => /status="(\w+)"/.exec(line)?.[1]),
      ['True'],
    );
    metrics.passed(pass);
    assert.deepEqual(await samples(metrics, 'externalsecret_status_condition'), shown, 'no answer, no news');
  });

  test('a store has conditions and durations under its own prefix, and no sync calls', async () => {
    const metrics = metricsAt();
    const store = { kind: 'ClusterSecretStore', namespace: '', name: 'vault' };
    metrics.passed({
      subject: store,
      outcome: 'success',
      seconds: 1,
      conditions: [{ type: 'Ready', status: 'Unknown' }],
    });
    const shown = await samples(metrics, 'clustersecretstore_status_condition');
    assert.equal(shown.filter((line) => line.endsWith(' 1')).length, 1);
    assert.match(shown.join('\n'), /status="Unknown"} 1/);
    assert.equal((await samples(metrics, 'clustersecretstore_reconcile_duration')).length, 1);
    assert.equal((await samples(metrics, 'externalsecret_sync_calls_total')).length, 0);
  });

  test('with extended labels each series of an object carries what its labels say of the application', async () => {
    const metrics = createMetrics({
      now: () => 0,
      bytesInFlight: () => 0,
      process: 'ignored',
      labels: 'extended',
    });
    const labels = { 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/part-of': 'web', name: 'other' };
    metrics.passed({ subject, outcome: 'error', seconds: 1, conditions: ready, labels });
    metrics.passed({ subject, outcome: 'success', seconds: 1, conditions: ready, labels: undefined });
    metrics.passed({ subject, outcome: 'success', seconds: 1, conditions: ready, labels });
    const extended = [
      'app_kubernetes_io_name="shop"',
      'app_kubernetes_io_instance=""',
      'app_kubernetes_io_version=""',
      'app_kubernetes_io_component=""',
      'app_kubernetes_io_part_of="web"',
      'app_kubernetes_io_managed_by=""',
    ];
    const all = ['name="app"', 'namespace="team-a"', ...extended].toSorted();
    for (const name of ['sync_calls_total', 'sync_calls_error', 'reconcile_duration']) {
      const [shown = '', ...others] = await samples(metrics, `externalsecret_${name}`);
      assert.deepEqual(/\{(.*)\}/.exec(shown)?.[1]?.split(',').toSorted(), all, name);
      assert.deepEqual(others, [], 'a label that changed leaves no series behind');
    }
    const shown = await samples(metrics, 'externalsecret_status_condition');
    assert.equal(shown.filter((line) => extended.every((label) => line.includes(label))).length, 2);
  });

  test("a backend's calls are counted by ESO's provider label", async () => {
    const metrics = metricsAt();
    metrics.backends.call('HashiCorp/Vault', 'ReadSecretData', 'error');
    assert.deepEqual(await samples(metrics, 'externalsecret_provider_api_calls_count'), [
      'externalsecret_provider_api_calls_count{provider="HashiCorp/Vault",call="ReadSecretData",status="error"} 1',
    ]);
  });
});

describe('the series of a parent end', () => {
  const mine = async (metrics: Metrics) =>
    (await metrics.expose()).text.split('\n').filter((line) => line.includes('name="app"')).length;

  test('when it is deleted', async () => {
    const metrics = metricsAt();
    metrics.passed({ subject, outcome: 'error', seconds: 1, conditions: ready });
    metrics.passed({ subject: { ...subject, name: 'other' }, outcome: 'success', seconds: 1 });
    assert.ok((await mine(metrics)) > 0);
    metrics.forget(subject);
    assert.equal(await mine(metrics), 0);
    assert.equal((await samples(metrics, 'externalsecret_sync_calls_total')).length, 1, 'others stay');
  });

  const lives: readonly [what: string, nextSeconds: number | undefined, lastsMs: number][] = [
    ['that is due every minute: 3 h', 60, 3 * hour],
    ['that is due every 12 h: twice that', 12 * 3600, 24 * hour],
    ['that is not due by time: a little more than the cache flush interval', undefined, 25 * hour],
  ];
  for (const [what, nextSeconds, lastsMs] of lives) {
    test(`some time after the last pass over one ${what}`, async () => {
      const time = { ms: 1_000 };
      const metrics = metricsAt(time);
      const pass = { subject, outcome: 'success', seconds: 1, conditions: ready } as const;
      metrics.passed(nextSeconds === undefined ? pass : { ...pass, nextSeconds });
      time.ms += lastsMs - 1;
      assert.ok((await mine(metrics)) > 0, 'just before');
      time.ms += 1;
      assert.equal(await mine(metrics), 0, 'and no longer');
    });
  }
});

test('the state of the process is shown: reads, sharing, breakers, bytes, dropped events', async () => {
  const metrics = metricsAt();
  const store: StoreHandle = {
    kind: 'SecretStore',
    namespace: 'team-a',
    name: 'vault',
    uid: 'u',
    generation: 1,
    provider: {},
  };
  metrics.backends.read('HashiCorp/Vault', store, 'Success');
  metrics.backends.read('HashiCorp/Vault', store, 'Denied');
  metrics.backends.write('HashiCorp/Vault', store, 'NotOwned');
  metrics.backends.coalesced('HashiCorp/Vault');
  metrics.backends.limited('1Password/SDK', 'refused');
  metrics.backends.breaker(store, 'open');
  metrics.eventDropped();
  const { text } = await metrics.expose();
  for (const line of [
    'keyhook_backend_reads_total{provider="HashiCorp/Vault",kind="SecretStore",outcome="Denied"} 1',
    'keyhook_backend_writes_total{provider="HashiCorp/Vault",kind="SecretStore",outcome="NotOwned"} 1',
    'keyhook_rate_limited_calls_total{provider="1Password/SDK",turn="refused"} 1',
    'keyhook_coalesced_reads_total{provider="HashiCorp/Vault"} 1',
    'keyhook_breaker_state{kind="SecretStore",namespace="team-a",name="vault"} 2',
    'keyhook_bytes_in_flight 42',
    'keyhook_events_dropped_total 1',
  ])
    assert.ok(text.includes(`${line}\n`), line);
});

describe('a store is what sync calls and reads tell of it', () => {
  const vault = { kind: 'SecretStore', namespace: 'team-a', name: 'vault' };
  const shared = { kind: 'ClusterSecretStore', namespace: '', name: 'shared' };
  const handle: StoreHandle = { ...vault, kind: 'SecretStore', uid: 'u', generation: 1, provider: {} };
  const labels = 'kind="SecretStore",namespace="team-a",name="vault"';
  const pass = (name: string, fields: Partial<Parameters<Metrics['passed']>[0]> = {}) => ({
    subject: { ...subject, name },
    outcome: 'success' as const,
    seconds: 1,
    nextSeconds: 60,
    conditions: ready,
    stores: [vault],
    ...fields,
  });
  const shown = async (metrics: Metrics, suffix: string) =>
    (await samples(metrics, `keyhook_store_${suffix}`)).map((line) => line.replace(/^\S+?\{/, '{'));

  test('who depends on it, who of them fails, and the oldest refresh', async () => {
    const metrics = metricsAt();
    metrics.passed(pass('a', { refreshedAt: 2_000 }));
    metrics.passed(pass('b', { refreshedAt: 1_000, stores: [vault, shared] }));
    metrics.passed(pass('c', { conditions: [{ type: 'Ready', status: 'False' }] }));
    metrics.passed(pass('c', { stores: undefined } as never));
    const ofShared = 'kind="ClusterSecretStore",namespace="",name="shared"';
    assert.deepEqual(await shown(metrics, 'dependents'), [`{${labels}} 3`, `{${ofShared}} 1`]);
    assert.deepEqual(await shown(metrics, 'failing_dependents'), [`{${labels}} 1`, `{${ofShared}} 0`]);
    assert.deepEqual(await shown(metrics, 'oldest_refresh_timestamp_seconds'), [
      `{${labels}} 1000`,
      `{${ofShared}} 1000`,
    ]);
  });

  test('an ExternalSecret that turned to another store, was deleted, or is not seen any more is not counted', async () => {
    const time = { ms: 0 };
    const metrics = metricsAt(time);
    metrics.passed(pass('a'));
    metrics.passed(pass('a', { stores: [shared] }));
    metrics.passed(pass('b'));
    metrics.forget({ ...subject, name: 'b' });
    assert.equal((await shown(metrics, 'dependents')).length, 1);
    time.ms += 3 * hour;
    assert.deepEqual(await shown(metrics, 'dependents'), []);
  });

  test('how its last read ended, and its breaker, until three hours after nobody depends on it', async () => {
    const time = { ms: 0 };
    const metrics = metricsAt(time);
    metrics.backends.read('HashiCorp/Vault', handle, 'Success');
    metrics.backends.read('HashiCorp/Vault', handle, 'Denied');
    metrics.backends.breaker(handle, 'open');
    metrics.passed(pass('a', { nextSeconds: 5 * 3_600 }));
    assert.deepEqual(await shown(metrics, 'last_code'), [`{${labels},code="Denied"} 1`]);
    time.ms += 4 * hour;
    assert.equal((await shown(metrics, 'last_code')).length, 1);
    assert.equal((await samples(metrics, 'keyhook_breaker_state')).length, 1);
    time.ms += 8 * hour;
    assert.deepEqual(await shown(metrics, 'last_code'), []);
    assert.deepEqual(await samples(metrics, 'keyhook_breaker_state'), []);
  });

  test('no number of stores makes the metrics grow without end', async () => {
    const metrics = metricsAt();
    for (let i = 0; i < 6_000; i++) {
      metrics.backends.read('HashiCorp/Vault', { ...handle, name: `s${i}` }, 'Success');
      metrics.passed(pass(`a${i}`, { stores: [{ ...vault, name: `s${i}` }] }));
    }
    assert.equal((await shown(metrics, 'dependents')).length, 5_000);
    assert.equal((await shown(metrics, 'last_code')).length, 5_000);
  });
});

test("ESO's dashboards find a pass where its controller's reconciles are", async () => {
  const metrics = metricsAt();
  const pass = { subject, outcome: 'success', seconds: 0.2 } as const;
  metrics.passed(pass);
  metrics.passed({ ...pass, nextSeconds: 60 });
  metrics.passed({ ...pass, outcome: 'error', nextSeconds: 60 });
  const name = 'controller_runtime_reconcile';
  assert.deepEqual((await samples(metrics, `${name}_total`)).toSorted(), [
    `${name}_total{controller="externalsecret",result="error"} 1`,
    `${name}_total{controller="externalsecret",result="requeue_after"} 1`,
    `${name}_total{controller="externalsecret",result="success"} 1`,
  ]);
  assert.deepEqual(await samples(metrics, `${name}_errors_total`), [
    `${name}_errors_total{controller="externalsecret"} 1`,
  ]);
  assert.deepEqual(await samples(metrics, `${name}_time_seconds_count`), [
    `${name}_time_seconds_count{controller="externalsecret"} 3`,
  ]);
});

test('what is exposed is exactly the table, with its types', async () => {
  const { text, contentType } = await metricsAt().expose();
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
  const expected = (Object.keys(metricTable) as MetricName[]).map(
    (name) => [name, metricTable[name].type] as const,
  );
  assert.deepEqual(new Map([...types].toSorted()), new Map(expected.toSorted()));
  assert.match(contentType, /^text\/plain/);
});

describe('a call', () => {
  const sync = '/hooks/externalsecret/sync';
  const counts = async (metrics: Metrics, metric: string) =>
    (await samples(metrics, metric)).map((line) => line.replace(/^\S+?\{/, '{'));

  test('is counted by controller, hook and HTTP status, whatever it comes to', async () => {
    const { app, post, metrics } = hookApp(
      controllerThat(() => answering({ status: { conditions: ready } })),
    );
    await post(sync, syncBody);
    await post(sync, '{');
    await post('/hooks/externalsecret/customize', '[]');
    await post('/nowhere', '');
    await app.inject('/livez');
    assert.deepEqual((await counts(metrics, 'keyhook_hook_duration_seconds_count')).toSorted(), [
      '{controller="externalsecret",hook="customize",code="400"} 1',
      '{controller="externalsecret",hook="sync",code="200"} 1',
      '{controller="externalsecret",hook="sync",code="400"} 1',
    ]);
    assert.ok(
      (await app.inject('/metrics')).body.includes(
        'externalsecret_status_condition{name="app",namespace="team-a"',
      ),
    );
  });

  test('that names an error, or has a bug, counts as failed; one about a deleted parent ends its series', async () => {
    const failing = hookApp(
      controllerThat(
        () => ({ ...answering(), summary: { decision: 'Refresh', reason: 'Due', code: 'Denied' } }) as never,
      ),
    );
    await failing.post(sync, syncBody);
    assert.deepEqual(await counts(failing.metrics, 'externalsecret_sync_calls_error'), [
      '{name="app",namespace="team-a"} 1',
    ]);

    const buggy = hookApp(controllerThat(() => assert.fail('a bug')));
    await buggy.post(sync, syncBody);
    assert.deepEqual(await counts(buggy.metrics, 'externalsecret_sync_calls_error'), [
      '{name="app",namespace="team-a"} 1',
    ]);

    const deleted = { ...parent.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    const ending = hookApp(controllerThat(() => answering()));
    await ending.post(sync, syncBody);
    await ending.post(sync, { ...syncBody, parent: { ...parent, metadata: deleted } });
    assert.deepEqual(await counts(ending.metrics, 'externalsecret_sync_calls_total'), []);
  });
});
