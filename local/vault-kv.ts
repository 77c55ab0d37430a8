import { serialize } from '../providers/kit/json/serialize.ts';
import type { JsonNode } from '../providers/kit/json/tokenizer.ts';

/** A KV engine of the loopback Vault, in memory. */
export interface KvMount {
  readonly version: 'v1' | 'v2';
  readonly secrets: Map<string, Secret>;
}

interface Secret {
  readonly versions: Version[];
  /** JSON of `custom_metadata`. */
  readonly custom: string;
}

interface Version {
  /** JSON as Vault writes it: names sorted, HTML escaped. */
  readonly json: string;
  deletedAt: string;
}

/** Status and JSON of an answer. */
export type Reply = readonly [status: number, json: string];

const createdAt = '2024-01-01T00:00:00Z';

export const nothingThere: Reply = [404, '{"errors":[]}'];
export const noContent: Reply = [204, ''];

/** An answer of Vault around JSON of its `data`. */
export function enveloped(data: string, extra = '"warnings":null,"auth":null'): string {
  return `{"request_id":"00000000-0000-0000-0000-000000000000","lease_id":"","renewable":false,"lease_duration":0,"data":${data},"wrap_info":null,${extra}}`;
}

const casFailed: Reply = [400, '{"errors":["check-and-set parameter did not match the current version"]}'];

const notSuited: Reply = [
  404,
  enveloped('null', '"warnings":["Invalid path for a versioned K/V secrets engine."],"auth":null'),
];

/** Answers one request of version 1 (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v1). */
export function kvVersion1(mount: KvMount, method: string, path: string, body: JsonNode | undefined): Reply {
  if (method === 'LIST') return listed(mount, path);
  if (method === 'POST') {
    if (body?.kind !== 'object' || body.members.length === 0)
      return [400, '{"errors":["missing data fields"]}'];
    // Version 1 stores the text of the request; numbers keep their spelling.
    const json = serialize(body, { names: 'sorted', html: 'escaped', numbers: 'text' });
    mount.secrets.set(path, { versions: [{ json, deletedAt: '' }], custom: 'null' });
    return noContent;
  }
  if (method === 'DELETE') {
    mount.secrets.delete(path);
    return noContent;
  }
  const secret = mount.secrets.get(path)?.versions[0];
  return secret === undefined ? nothingThere : [200, enveloped(secret.json)];
}

/** Answers one request of version 2 (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2). */
export function kvVersion2(
  mount: KvMount,
  method: string,
  path: string,
  body: JsonNode | undefined,
  version: string | null,
): Reply {
  const [area = '', ...rest] = path.split('/');
  const name = rest.join('/');
  if (area === 'metadata' && method === 'LIST') return listed(mount, name);
  if (name === '' || name.endsWith('/')) return notSuited;
  if (area === 'data')
    return method === 'GET' ? read(mount, name, version) : change(mount, method, name, body);
  if (area !== 'metadata') return notSuited;
  const secret = mount.secrets.get(name);
  if (method === 'DELETE') {
    mount.secrets.delete(name);
    return noContent;
  }
  if (method === 'POST') {
    const custom = jsonOf(memberOf(body, 'custom_metadata'));
    mount.secrets.set(name, { versions: secret?.versions ?? [], custom });
    return noContent;
  }
  if (secret === undefined) return nothingThere;
  if (method === 'GET') {
    return [
      200,
      enveloped(
        `{"cas_required":false,"created_time":"${createdAt}","current_version":${secret.versions.length},"custom_metadata":${secret.custom},"delete_version_after":"0s"}`,
      ),
    ];
  }
  return nothingThere;
}

function read(mount: KvMount, name: string, version: string | null): Reply {
  if (version !== null && !/^\d+$/.test(version)) return [400, '{"errors":["Field validation failed"]}'];
  const secret = mount.secrets.get(name);
  const number = Number(version ?? 0) || (secret?.versions.length ?? 0);
  const found = secret?.versions[number - 1];
  if (secret === undefined || found === undefined) return nothingThere;
  const metadata = `{"created_time":"${createdAt}","custom_metadata":${secret.custom},"deletion_time":"${found.deletedAt}","destroyed":false,"version":${number}}`;
  return found.deletedAt === ''
    ? [200, enveloped(`{"data":${found.json},"metadata":${metadata}}`)]
    : [404, enveloped(`{"data":null,"metadata":${metadata}}`)];
}

function change(mount: KvMount, method: string, name: string, body: JsonNode | undefined): Reply {
  const secret = mount.secrets.get(name) ?? { versions: [], custom: 'null' };
  if (method === 'DELETE') {
    const last = secret.versions.at(-1);
    if (last !== undefined) last.deletedAt = createdAt;
    return noContent;
  }
  const data = memberOf(body, 'data');
  if (data === undefined) return [400, '{"errors":["no data provided"]}'];
  const cas = memberOf(memberOf(body, 'options'), 'cas');
  if (cas?.kind === 'number' && Number(cas.text) !== secret.versions.length) return casFailed;
  // Version 2 itself rounds numbers to float64 [seen on Vault 1.14].
  secret.versions.push({ json: jsonOf(data, 'float64'), deletedAt: '' });
  mount.secrets.set(name, secret);
  return [200, enveloped(`{"created_time":"${createdAt}","version":${secret.versions.length}}`)];
}

function listed(mount: KvMount, path: string): Reply {
  const folder = path === '' || path.endsWith('/') ? path : `${path}/`;
  const below = [...mount.secrets.keys()].filter((name) => name.startsWith(folder));
  if (below.length === 0) return nothingThere;
  const entries = below.map((name) => /^[^/]*\/?/.exec(name.slice(folder.length))?.[0] ?? '');
  return [200, enveloped(`{"keys":${JSON.stringify([...new Set(entries)].sort())}}`)];
}

/** The last member of that name of a JSON object. */
export function memberOf(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.members.findLast((entry) => entry.name === name)?.value : undefined;
}

function jsonOf(node: JsonNode | undefined, numbers: 'text' | 'float64' = 'text'): string {
  return node === undefined ? 'null' : serialize(node, { names: 'sorted', html: 'escaped', numbers });
}
