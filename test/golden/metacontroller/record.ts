// Plays the cases against a real API server and writes the conversations:
//   node test/golden/metacontroller/record.ts metacontroller|stand-in <directory> [case ...]
// `metacontroller` runs the program $METACONTROLLER_BIN, `stand-in` our own; README.md says what to do with the result.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { createStandIn } from '../../../local/metacontroller/stand-in.ts';
import { createKubeApi } from '../../../server/kube.ts';
import { eventually } from '../../support/eventually.ts';
import { serviceDir, startService } from '../../support/processes.ts';
import { startCluster } from '../../testbed/cluster.ts';
import { startApiProxy } from './api-proxy.ts';
import { elsewhere, home } from './case.ts';
import { cases } from './cases.ts';
import { cleanUp, createHook, play } from './conversation.ts';

/** Longer than any delay that a case asks for (1 s). */
const quietMs = 1700;
const [who, into, ...wanted] = process.argv.slice(2);
if ((who !== 'metacontroller' && who !== 'stand-in') || into === undefined) {
  throw new Error('usage: record.ts metacontroller|stand-in <directory> [case ...]');
}

const cluster = await startCluster();
const proxy = await startApiProxy(cluster);
const dir = serviceDir('golden');
const kubeconfigPath = join(dir.path, 'kubeconfig.json');
writeFileSync(kubeconfigPath, kubeconfig(proxy.url));

const crds = ['../../testbed/crds/metacontroller.yaml', 'crds.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(join(import.meta.dirname, file), 'utf8')).map(
    (document) => document.toJS() as object,
  ),
);
const namespaces = [home, elsewhere].map((name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...(name === elsewhere && { labels: { team: 'other' } }) },
}));
await cluster.apply(...crds, ...namespaces);
for (const kind of ['mirrors', 'clustermirrors', 'compositecontrollers', 'decoratorcontrollers'])
  await eventually(() => cluster.kubectl(['get', kind, '--all-namespaces']));

const hook = createHook();
let lastCall = Date.now();
const server = http.createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { status, body, headers } = hook.answer(
    (request.url ?? '').slice(1),
    Buffer.concat(chunks).toString(),
  );
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  lastCall = Date.now();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

const stop = who === 'stand-in' ? await runStandIn() : await runMetacontroller();
const world = {
  api: createKubeApi({ kubeconfig: cluster.admin.kubeconfigPath }),
  hookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  takeWrites: proxy.takeWrites,
  async rest() {
    await sleep(quietMs);
    while (Math.min(proxy.quietFor(), Date.now() - lastCall) < quietMs) await sleep(50);
  },
};
proxy.takeWrites();
mkdirSync(into, { recursive: true });
try {
  for (const played of cases.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const conversation = await play(played, world, hook);
    writeFileSync(join(into, `${played.name}.json`), `${JSON.stringify(conversation, null, 1)}\n`);
    console.log(played.name);
    await cleanUp(played, world, hook);
  }
} finally {
  await stop();
  server.closeAllConnections();
  server.close();
  proxy.close();
  world.api.close();
  await cluster.stop();
  await dir.remove();
}

async function runStandIn(): Promise<() => Promise<void>> {
  const api = createKubeApi({ kubeconfig: kubeconfigPath });
  const standIn = createStandIn({ api, workers: 5, flushIntervalSeconds: 86_400, onCrash: console.error });
  await standIn.start();
  return async () => {
    await standIn.stop();
    api.close();
  };
}

async function runMetacontroller(): Promise<() => Promise<void>> {
  const command = process.env.METACONTROLLER_BIN ?? 'metacontroller';
  const service = startService('metacontroller', {
    command,
    dir: dir.path,
    args: [
      `--kubeconfig=${kubeconfigPath}`,
      '--apply-strategy=server-side-apply',
      '--client-go-qps=500',
      '--client-go-burst=1000',
      '--discovery-interval=1s',
      '--cache-flush-interval=24h',
      '--metrics-address=0',
      '--health-probe-bind-address=0',
      '--events-burst=1000',
    ],
  });
  await eventually(
    () => {
      service.assertRunning();
      if (!service.log().includes('composite-metacontroller","worker count'))
        throw new Error('Metacontroller has not started');
    },
    { timeout: 60_000 },
  );
  return () => service.stop();
}

function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'proxy', cluster: { server } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'nobody' } }],
    'current-context': 'proxy',
  });
}
