import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { tempDir } from '../../support/temp-dir.ts';

const top = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(top, path), 'utf8');
const values = parse(read('deploy/chart/values.yaml'));
const hasValue = (path: string): boolean =>
  path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values) !==
  undefined;

for (const page of ['README.md', 'deploy/README.md', ...globSync('deploy/docs/*.md', { cwd: top })])
  describe(page, () => {
    const text = read(page);

    test('links lead somewhere', () => {
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g))
        assert.ok(existsSync(join(top, dirname(page), target)), target);
    });

    test('paths of the repository that it names are there', () => {
      for (const [, path = ''] of text.matchAll(/\b(deploy\/[\w./-]*\w)/g))
        assert.ok(existsSync(join(top, path)) || existsSync(join(top, dirname(path))), path);
    });

    test('values that it names are the chart’s', () => {
      const named = text.matchAll(/(?:--set |--set=|,|`)([a-z]\w*(?:\.\w+)*)(?:=|`)/gi);
      const isOurs = (path: string) => path.split('.')[0]! in values && !page.endsWith('/eso-values.md');
      const ours = [...named].map(([, path = '']) => path).filter(isOurs);
      // Keys of a Secret look like values.
      for (const path of ours) assert.ok(hasValue(path) || /^tls\.(crt|key)$/.test(path), path);
    });

    test('what is fenced as YAML is YAML', () => {
      for (const [, yaml = ''] of text.matchAll(/^```yaml\n(.*?)^```/gms))
        for (const document of parseAllDocuments(yaml)) assert.deepEqual(document.errors, []);
    });
  });

/** Top-level values of ESO's chart 2.9 (spec core 6.4). */
const esoValues = `global replicaCount bitwarden-sdk-server revisionHistoryLimit image installCRDs crds imagePullSecrets nameOverride
  fullnameOverride namespaceOverride commonLabels leaderElect leaderElectionID controllerClass extendedMetricLabels scopedNamespace
  scopedRBAC openshiftFinalizers systemAuthDelegator processClusterExternalSecret processClusterStore processSecretStore
  storeRequeueInterval processPushSecret genericTargets createOperator enableHTTP2 vault concurrent log service serviceAccount rbac
  extraEnv extraArgs extraVolumes extraObjects extraVolumeMounts extraInitContainers extraContainers deploymentAnnotations strategy
  podAnnotations podLabels podSecurityContext securityContext resources serviceMonitor metrics grafanaDashboard livenessProbe
  readinessProbe nodeSelector tolerations topologySpreadConstraints affinity priorityClassName schedulerName runtimeClassName
  podDisruptionBudget hostNetwork hostUsers networkPolicy webhook certController dnsPolicy dnsConfig hostAliases podSpecExtra`;

test("each value of ESO's chart is one of ours, or the page says what takes its place", () => {
  const page = read('deploy/docs/eso-values.md');
  for (const name of esoValues.split(/\s+/))
    assert.ok(name in values || new RegExp(`\`${name}[.\`]`).test(page), name);
});

test('every page is in the index', () => {
  const index = read('deploy/README.md');
  for (const page of globSync('deploy/docs/*.md', { cwd: top }))
    assert.ok(index.includes(`(${page.slice('deploy/'.length)})`), page);
});

test('the image gets what the build context lets through, and all of it exists', () => {
  const ignored = read('.dockerignore').split('\n');
  for (const [, line = ''] of read('deploy/Dockerfile').matchAll(/^COPY (.*)$/gm))
    for (const path of line.split(' ').slice(0, -1)) {
      assert.ok(existsSync(join(top, path)), path);
      assert.ok(ignored.includes(`!${path}`), `${path} is not in the build context`);
    }
});

test('the script for a laptop is a script, and the files that it names exist', () => {
  const script = read('deploy/kind/up');
  assert.equal(spawnSync('sh', ['-n', join(top, 'deploy/kind/up')]).status, 0);
  for (const [, path = ''] of script.matchAll(/(?:-f|-k|--config) (\S+\/?\S*)/g))
    if (path !== '-') assert.ok(existsSync(join(top, path)), path);
  assert.match(script, new RegExp(`-t keyhook:${JSON.parse(read('package.json')).version} `));
});

test('that script comes to its end, and installs what each step needs before it', () => {
  const dir = tempDir('kind');
  const log = join(dir, 'log');
  for (const program of ['docker', 'kind', 'kubectl', 'npm']) {
    const lines = [
      '#!/bin/sh',
      `echo "${program} $*" >> ${log}`,
      'case "$*" in "get secret"*) exit 1;; esac',
    ];
    writeFileSync(join(dir, program), `${lines.join('\n')}\n`, { mode: 0o755 });
  }
  const ran = spawnSync(join(top, 'deploy/kind/up'), {
    env: { PATH: `${dir}:/usr/bin:/bin` },
    encoding: 'utf8',
  });
  assert.equal(ran.status, 0, ran.stderr);
  const done = readFileSync(log, 'utf8');
  const order = [
    'kind create',
    'kind load',
    'namespace.yaml',
    '-k deploy/metacontroller',
    '-k deploy/base',
    'credentials',
    'rollout status',
  ];
  const places = order.map((step) => done.indexOf(step));
  assert.ok(!places.includes(-1), done);
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
});

test('image, chart and package have one version', () => {
  const { version } = JSON.parse(read('package.json'));
  const chart = parse(read('deploy/chart/Chart.yaml'));
  assert.deepEqual([chart.version, chart.appVersion], [version, version]);
  assert.ok(read('deploy/base/deployment.yaml').includes(`image: keyhook:${version}`));
});
