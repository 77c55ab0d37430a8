import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';

/** An API server to talk to. A certificate is not checked: the recorder talks to a throw-away server on loopback. */
export interface Endpoint {
  readonly url: string;
  readonly token?: string;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: scenarios pick uids and versions out of answers of every kind
  readonly body: any;
}

/** Sends one request and returns the raw answer, which also goes into the transcript. WATCH reads events until the object that the body names is DELETED. */
export type Call = (method: string, path: string, body?: unknown, contentType?: string) => Promise<Answer>;

/** How a scenario waits for what the API server does in the background; these calls are not in the transcript. */
export interface Wait {
  /** Until the path answers 404. */
  readonly gone: (path: string) => Promise<void>;
  /** Until the path answers 200. */
  readonly served: (path: string) => Promise<void>;
}

/** A sequence of calls whose answers are compared between API servers. */
export type Scenario = (call: Call, wait: Wait) => Promise<void>;

export interface Exchange {
  readonly request: string;
  readonly status: number;
  readonly body: unknown;
}

async function send(
  endpoint: Endpoint,
  method: string,
  path: string,
  body: unknown,
  contentType = 'application/json',
): Promise<Answer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const content =
    text === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
  const response = await open(endpoint, method, path, content, text);
  const received = await readText(response);
  const status = response.statusCode ?? 0;
  try {
    return { status, body: JSON.parse(received) };
  } catch {
    // Paths that no API group serves are answered in plain text.
    return { status, body: received.trim() };
  }
}

/** Reads the events of a watch until the named object is DELETED. */
async function watch(endpoint: Endpoint, path: string, last: string): Promise<Answer> {
  const response = await open(endpoint, 'GET', path, {}, undefined);
  const events: unknown[] = [];
  for await (const line of createInterface({ input: response })) {
    const event = JSON.parse(line);
    events.push(event);
    if (event.type === 'DELETED' && event.object.metadata.name === last) break;
  }
  response.destroy();
  return { status: response.statusCode ?? 0, body: events };
}

function open(
  { url: base, token }: Endpoint,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  body: string | undefined,
): Promise<IncomingMessage> {
  const url = new URL(path, base);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const all = { accept: 'application/json', 'user-agent': 'scenario/1', ...headers, ...authorization };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: all, rejectUnauthorized: false }, resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Runs one scenario and returns its transcript, with uids, versions and times replaced by names in order of appearance. */
export async function converse(endpoint: Endpoint, scenario: Scenario): Promise<Exchange[]> {
  const transcript: Exchange[] = [];
  const plain = normaliser();
  const call: Call = async (method, path, body, contentType) => {
    const answer =
      method === 'WATCH'
        ? await watch(endpoint, path, String(body))
        : await send(endpoint, method, path, body, contentType);
    const request = `${method} ${path.replace(/resourceVersion=\d+/, 'resourceVersion=<version>')}`;
    transcript.push({ request, status: answer.status, body: plain(answer.body) });
    return answer;
  };
  const until = (status: number) => async (path: string) => {
    for (let attempt = 0; attempt < 300; attempt++) {
      if ((await send(endpoint, 'GET', path, undefined)).status === status) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${path} did not come to answer ${status}`);
  };
  await scenario(call, { gone: until(404), served: until(200) });
  return transcript;
}

function normaliser(): (value: unknown) => unknown {
  const names = new Map<string, string>();
  const nameOf = (kind: string, value: string): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const name = `<${kind} ${[...names.values()].filter((other) => other.startsWith(`<${kind} `)).length + 1}>`;
    names.set(value, name);
    return name;
  };
  const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') {
      if (key === 'token') return '<token>';
      if (key === 'resourceVersion' && value !== '') return nameOf('version', value);
      if (value.length > 2000) return `<${value.length} characters>`;
      return value
        .replace(uid, (found) => nameOf('uid', found))
        .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
        .replace(/((?:record|current:) \(?)\d+/g, '$1<version>')
        .replace(/\b(gen-)[a-z0-9]{5}\b/gi, '$1<suffix>');
    }
    if (Array.isArray(value)) {
      const items = value.map((item) => walk(item, ''));
      // Real entries are ordered by second; the order of appearance would depend on the machine's speed.
      return key === 'managedFields'
        ? items.toSorted((a, b) => (byManager(a) < byManager(b) ? -1 : 1))
        : items;
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => [name.replace(uid, (found) => nameOf('uid', found)), walk(member, name)]),
    );
  };
  return (value) => {
    const { items, metadata } = Object(value) as { items?: unknown; metadata?: object };
    // A list has the version of the whole server, which moves by itself.
    const isList = Array.isArray(items);
    return walk(isList ? { ...Object(value), metadata: { ...metadata, resourceVersion: '' } } : value, '');
  };
}

function byManager(entry: unknown): string {
  const { operation, manager, subresource, apiVersion } = entry as Record<string, unknown>;
  return JSON.stringify([operation, manager, subresource, apiVersion]);
}
