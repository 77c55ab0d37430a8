// needs: cluster
// There is no registry of images here, so the Dockerfile is followed by hand: what it copies, into a folder; its commands, there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { credentials } from '../../cli/credentials.ts';
import { eventually } from '../support/eventually.ts';
import { freePorts } from '../support/free-ports.ts';
import { http } from '../support/http.ts';
import { startService } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';

const top = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** The instructions of the Dockerfile, continued lines joined. */
const instructions = readFileSync(join(top, 'deploy/Dockerfile'), 'utf8')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line))
  .map((line) => {
    const [, instruction = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return { instruction, rest };
  });
const said = (instruction: string) =>
  instructions.filter((one) => one.instruction === instruction).map(({ rest }) => rest);

describe('the image', () => {
  const dir = tempDir('image');
  const app = join(dir, 'app');
  // In the image it is /app that they say, and root who makes it.
  const here = (text: string) =>
    text.replaceAll('/app', app).replaceAll('65532:65532', `${process.getuid?.()}:${process.getgid?.()}`);
  const environment: Record<string, string> = {};
  const npm = {
    npm_config_cache: process.env.npm_config_cache ?? join(homedir(), '.npm'),
    npm_config_prefer_offline: 'true',
  };
  const env = () => ({ PATH: process.env.PATH ?? '', HOME: dir, ...npm, ...environment });

  before(async () => {
    mkdirSync(app);
    for (const { instruction, rest } of instructions) {
      if (instruction === 'ENV') {
        for (const [, name = '', value = ''] of here(rest).matchAll(/(\w+)=(\S+)/g))
          environment[name] = value;
      }
      if (instruction === 'COPY') {
        const paths = rest.split(' ');
        const target = paths.pop() ?? '';
        for (const path of paths)
          cpSync(join(top, path), target.endsWith('/') ? join(app, target, path) : join(app, target), {
            recursive: true,
          });
      }
      // npm's cache is everybody's here, not the image's.
      if (instruction === 'RUN')
        await run('sh', ['-c', here(rest).replace(/ && npm cache clean.*/, '')], {
          cwd: app,
          env: env(),
          maxBuffer: 64 * 1024 * 1024,
        });
    }
  });

  test('it runs as nobody in particular, and its user is a number, as runAsNonRoot needs', () => {
    assert.deepEqual(said('USER'), ['65532:65532']);
    assert.equal(instructions.at(-2)?.instruction, 'ENTRYPOINT');
    const { spec } = parse(
      readFileSync(join(top, 'deploy/base/deployment.yaml'), 'utf8').split('\n---\n')[0] ?? '',
    );
    assert.equal(spec.template.spec.securityContext.runAsUser, 65532);
  });

  test('it holds no native code, no test and no tool of development', () => {
    assert.deepEqual(globSync('**/*.{node,so,dylib,dll}', { cwd: app }), []);
    assert.deepEqual(globSync('{test,node_modules/{typescript,@biomejs,node-linux-*}}', { cwd: app }), []);
  });

  test('the compile cache knows the files that serve loads', () => {
    assert.ok(globSync('.compile-cache/*/*', { cwd: app }).length > 500);
  });

  test('it serves with what the Deployment says until it is told to end', async () => {
    const { spec } = parse(
      readFileSync(join(top, 'deploy/base/deployment.yaml'), 'utf8').split('\n---\n')[0] ?? '',
    );
    const [port, metricsPort] = await freePorts(2);
    const secrets = credentials({
      namespace: 'keyhook',
      service: 'localhost',
      days: 1,
      now: Math.floor(Date.now() / 1_000),
    });
    for (const secret of secrets)
      for (const [key, value] of Object.entries(
        (secret as unknown as { data: Record<string, string> }).data,
      )) {
        const folder = join(dir, secret.metadata.name.replace('localhost-', ''));
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, key), Buffer.from(value, 'base64'));
      }
    const kubeconfig = join(dir, 'kubeconfig');
    const cluster = { name: 'none', cluster: { server: 'https://127.0.0.1:1' } };
    const context = { name: 'none', context: { cluster: 'none', user: 'none' } };
    const users = [{ name: 'none', user: { token: 'none' } }];
    writeFileSync(
      kubeconfig,
      JSON.stringify({ clusters: [cluster], contexts: [context], users, 'current-context': 'none' }),
    );

    const [program = '', ...entry] = JSON.parse(said('ENTRYPOINT')[0] ?? '[]');
    const args: string[] = spec.template.spec.containers[0].args.map((arg: string) =>
      arg
        .replace('/etc/keyhook', dir)
        .replace('--port=8443', `--port=${port}`)
        .replace('--metrics-port=8080', `--metrics-port=${metricsPort}`),
    );
    const service = startService('keyhook', {
      command: 'env',
      args: ['-C', app, program, ...entry, ...args, '--shutdown-delay=0s'],
      dir,
      env: { ...environment, KUBECONFIG: kubeconfig },
    });
    const caPem = readFileSync(join(dir, 'tls/ca.crt'), 'utf8');
    const probes = spec.template.spec.containers[0];
    for (const { httpGet } of [probes.livenessProbe, probes.readinessProbe])
      await eventually(
        async () => {
          service.assertRunning();
          const { status } = await http({ url: `https://localhost:${port}${httpGet.path}`, caPem });
          assert.equal(status, 200);
        },
        { timeout: 60_000 },
      );
    assert.equal((await http({ url: `http://localhost:${metricsPort}/metrics` })).status, 200);
    const url = `https://localhost:${port}/metrics`;
    const headers = { authorization: `Bearer ${readFileSync(join(dir, 'token/token'), 'utf8')}` };
    assert.equal((await http({ url, caPem })).status, 401);
    assert.equal((await http({ url, caPem, headers })).status, 200);
    await service.stop();
    assert.match(service.log(), /"stopping"/);
  });
});
