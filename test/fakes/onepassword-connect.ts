import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An item as the API has it (developer.1password.com/docs/connect/api-reference#item-object), as far as the provider uses it. */
export interface FakeItem {
  id: string;
  title: string;
  category: string;
  tags?: string[];
  sections?: { id: string; label?: string }[];
  fields?: {
    id?: string;
    label?: string;
    type?: string;
    value?: string;
    totp?: string;
    section?: { id: string };
  }[];
  files?: { id: string; name: string; content: Uint8Array }[];
}

/** A Connect server with its vaults in memory. It knows one token, and shows what it was told after `delay` looks. */
export interface FakeConnect {
  readonly url: string;
  readonly token: string;
  /** By name; the ids are 26 characters. */
  readonly vaults: Map<string, { readonly id: string; readonly items: FakeItem[] }>;
  readonly requests: readonly string[];
  vault(name: string): { readonly id: string; readonly items: FakeItem[] };
  /** The next answers are 403 with Connect's spurious words. */
  refuse(times: number): void;
  /** How many looks at items a write stays unseen. */
  delay(looks: number): void;
  close(): Promise<void>;
}

let made = 0;
/** A new id in 1Password's form. */
export const nativeId = () => `id${String(++made).padStart(24, '0')}`;

export async function startFakeConnect(token: string): Promise<FakeConnect> {
  const vaults: FakeConnect['vaults'] = new Map();
  const requests: string[] = [];
  let refusals = 0;
  let unseen: { looks: number; write: () => void }[] = [];
  let looks = 0;

  const show = () => {
    for (const { write } of unseen.splice(0)) write();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    const send = (status: number, content: unknown) => {
      const bytes =
        content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(JSON.stringify(content));
      response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? '' : bytes);
    };
    const fail = (status: number, message: string) => send(status, { status, message });
    if (request.headers.authorization !== `Bearer ${token}`) return fail(401, 'Invalid token signature');
    if (refusals > 0) {
      refusals--;
      return fail(403, 'Authorization: the token lacks something that it does not lack');
    }
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const [, version, kind, vaultId, area, itemId, files, fileId] = pathname.split('/');
    const title = /^title eq "(.*)"$/s.exec(searchParams.get('filter') ?? 'title eq ""')?.[1];
    if (version !== 'v1' || kind !== 'vaults' || title === undefined) return fail(400, 'Bad Request');
    const wanted = (name: string) => !searchParams.has('filter') || name === title;
    if (vaultId === undefined) {
      const all = [...vaults].filter(([name]) => wanted(name)).map(([name, { id }]) => ({ id, name }));
      return send(200, all);
    }
    const found = [...vaults].find(([, { id }]) => id === vaultId);
    if (found === undefined) return fail(404, 'Vault not found');
    const [name, { id, items }] = found;
    if (area === undefined) return send(200, { id, name });
    const later = (write: () => void) => unseen.push({ looks, write });
    if (method === 'GET') {
      for (const due of unseen) if (due.looks-- <= 0) due.write();
      unseen = unseen.filter((due) => due.looks >= 0);
    }
    const shown = (item: FakeItem) => ({
      ...item,
      vault: { id },
      ...(item.files === undefined
        ? {}
        : { files: item.files.map(({ id: file, name: called }) => ({ id: file, name: called, size: 1 })) }),
    });
    if (itemId === undefined) {
      if (method === 'POST') {
        const item = { ...JSON.parse(body), id: nativeId() };
        later(() => items.push(item));
        if (looks === 0) show();
        return send(200, shown(item));
      }
      // Summaries have neither fields nor values (api-reference#list-items).
      return send(
        200,
        items.filter((item) => wanted(item.title)).map((item) => ({ ...shown(item), fields: undefined })),
      );
    }
    const index = items.findIndex((item) => item.id === itemId);
    const item = items[index];
    if (item === undefined) return fail(404, 'Item not found');
    if (files === 'files') {
      const file = item.files?.find((candidate) => candidate.id === fileId);
      return file === undefined ? fail(404, 'File not found') : send(200, file.content);
    }
    if (method === 'DELETE') {
      items.splice(index, 1);
      return send(204, null);
    }
    if (method === 'PUT') {
      const next = { ...JSON.parse(body), id: itemId, files: item.files };
      later(() => items.splice(items.indexOf(item), 1, next));
      if (looks === 0) show();
      return send(200, shown(next));
    }
    return send(200, shown(item));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    vaults,
    requests,
    vault(name) {
      const vault = vaults.get(name) ?? { id: nativeId(), items: [] };
      vaults.set(name, vault);
      return vault;
    },
    refuse(times) {
      refusals = times;
    },
    delay(next) {
      looks = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
