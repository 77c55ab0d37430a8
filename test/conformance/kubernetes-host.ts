import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApiServer } from '../../local/api/server.ts';
import { createStore } from '../../local/api/store.ts';
import { eventually } from '../support/eventually.ts';
import { http } from '../support/http.ts';
import { startCluster } from '../testbed/cluster.ts';
import type { Who } from './harness.ts';

/** The namespace that the stores read. */
export const remoteNamespace = 'remote';
const identities = ['reader', 'left', 'right', 'writer'] as const;
/** What a name begins with, for each identity to read it; `reader` and `writer` may list, too, and `writer` may write. */
const grants: Readonly<Record<(typeof identities)[number], string>> = {
  reader: '',
  left: 'left.',
  right: 'right.',
  writer: '',
};

/** A cluster with a ServiceAccount for each identity, and no Secret. */
export interface KubernetesHost {
  readonly url: string;
  readonly caPem?: string;
  write(name: string, data: Readonly<Record<string, string>>): Promise<void>;
  remove(name: string): Promise<void>;
  label(name: string, label: string, value: string): Promise<void>;
  /** A new token; nobody knows that of the stranger. */
  token(who: Who): Promise<string>;
  /** Present when tokens can be made worthless. */
  expire?(): void;
  credentials(): readonly string[];
  stop(): Promise<void>;
}

const secretsPath = `/api/v1/namespaces/${remoteNamespace}/secrets`;
const strange = 'a-token-that-no-api-server-made';

/** Calls an API server as its administrator. Throws for statuses that are not expected. */
function administrator(url: string, access: { caPem?: string; token?: string }) {
  const { caPem, token } = access;
  const call = async (method: string, path: string, body?: object, ...expected: number[]) => {
    const answer = await http({
      url: `${url}${path}`,
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(caPem === undefined ? {} : { caPem }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300 && !expected.includes(answer.status))
      throw new Error(`${answer.status} to ${method} ${path}: ${answer.body}`);
    return answer;
  };
  return {
    call,
    async write(name: string, texts: Readonly<Record<string, string>>) {
      const data = Object.fromEntries(
        Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
      );
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data };
      const { status } = await call('PUT', `${secretsPath}/${name}`, secret, 404);
      if (status === 404) await call('POST', secretsPath, secret);
    },
    async label(name: string, label: string, value: string) {
      const secret = JSON.parse(String((await call('GET', `${secretsPath}/${name}`)).body));
      secret.metadata.labels = { ...secret.metadata.labels, [label]: value };
      await call('PUT', `${secretsPath}/${name}`, secret);
    },
    remove: async (name: string) => void (await call('DELETE', `${secretsPath}/${name}`)),
  };
}

/** The API server of `local/`, behind a door that knows tokens: the server itself lets everybody do all. */
export async function localHost(): Promise<KubernetesHost> {
  const api = await startApiServer({ store: createStore() });
  const admin = administrator(api.url, {});
  await admin.call('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: remoteNamespace },
  });
  const tokens = new Map<string, (typeof identities)[number]>();
  let made = 0;
  const door = createServer((request, response) => {
    enter(request, response).catch(() => request.socket.destroy());
  });
  const enter = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await request.toArray());
    const { method = '', url = '' } = request;
    const answer = (status: number, content: object | Buffer) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(Buffer.isBuffer(content) ? content : JSON.stringify(content));
    };
    const refuse = (code: number, reason: string) =>
      answer(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code });
    const who = tokens.get((request.headers.authorization ?? '').replace('Bearer ', ''));
    if (who === undefined) return refuse(401, 'Unauthorized');
    if (url.endsWith('/selfsubjectrulesreviews')) {
      const rule = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };
      return answer(201, { kind: 'SelfSubjectRulesReview', status: { resourceRules: [rule] } });
    }
    const name = new URL(url, api.url).pathname.slice(secretsPath.length + 1);
    const isAllowed =
      url.startsWith(secretsPath) && name.startsWith(grants[who]) && (method === 'GET' || who === 'writer');
    if (!isAllowed) return refuse(403, 'Forbidden');
    const inside = await http({
      url: `${api.url}${url}`,
      method,
      body,
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
    });
    answer(inside.status, inside.body);
  };
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    write: admin.write,
    label: admin.label,
    remove: admin.remove,
    async token(who) {
      if (who === 'stranger') return strange;
      const token = `token-number-${++made}-of-${who}`;
      tokens.set(token, who);
      return token;
    },
    expire: () => tokens.clear(),
    credentials: () => [strange, ...tokens.keys()],
    async stop() {
      door.closeAllConnections();
      door.close();
      await api.close();
    },
  };
}

/** The real API server of the testbed. RBAC knows whole names only, so a Role grows with what is written. */
export async function realHost(): Promise<KubernetesHost> {
  const cluster = await startCluster();
  const { server: url, caPem } = cluster;
  const admin = administrator(url, { caPem, token: cluster.admin.token });
  await cluster.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: remoteNamespace } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } },
    ...identities.flatMap((who) => [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: who, namespace: 'team' } },
      roleOf(who, []),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: who, namespace: remoteNamespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: who },
        subjects: [{ kind: 'ServiceAccount', name: who, namespace: 'team' }],
      },
    ]),
  );
  const seen: string[] = [];
  const token = async (who: Who) => {
    if (who === 'stranger') return strange;
    const made = await cluster.serviceAccountToken('team', who);
    seen.push(made);
    return made;
  };
  const tokens = { left: await token('left'), right: await token('right') };
  const names = { left: new Set<string>(), right: new Set<string>() };

  return {
    url,
    caPem,
    async write(name, data) {
      await admin.write(name, data);
      for (const who of ['left', 'right'] as const) {
        if (!name.startsWith(grants[who]) || names[who].has(name)) continue;
        names[who].add(name);
        await cluster.apply(roleOf(who, [...names[who]]));
        const headers = { authorization: `Bearer ${tokens[who]}` };
        await eventually(async () => {
          const { status } = await http({ url: `${url}${secretsPath}/${name}`, caPem, headers });
          if (status !== 200) throw new Error(`${who} may not read ${name} yet: ${status}`);
        });
      }
    },
    remove: admin.remove,
    label: admin.label,
    token,
    credentials: () => [strange, cluster.admin.token, ...seen],
    stop: () => cluster.stop(),
  };
}

function roleOf(who: (typeof identities)[number], resourceNames: readonly string[]): object {
  const rule = { apiGroups: [''], resources: ['secrets'] };
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: who, namespace: remoteNamespace },
    rules:
      who === 'reader' || who === 'writer'
        ? [
            {
              ...rule,
              verbs: ['get', 'list', ...(who === 'writer' ? ['create', 'update', 'delete'] : [])],
            },
          ]
        : resourceNames.length === 0
          ? []
          : [{ ...rule, verbs: ['get'], resourceNames }],
  };
}
