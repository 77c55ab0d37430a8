import { X509Certificate } from 'node:crypto';
import {
  AzureFault,
  type AzureRequest,
  type FakeObjectVersion,
  type FakeType,
  type FakeVault,
  put,
} from './azure-model.ts';

const notFound: Record<FakeType, string> = {
  secrets: 'SecretNotFound',
  keys: 'KeyNotFound',
  certificates: 'CertificateNotFound',
};
const types = Object.keys(notFound) as FakeType[];

type May = (name: string) => boolean;

/**
 * Key Vault's data plane: learn.microsoft.com/rest/api/keyvault/ secrets (get-secret, get-secrets, set-secret, delete-secret),
 * keys (get-key, import-key, delete-key), certificates (get-certificate, import-certificate, delete-certificate).
 */
export function keyVault(vault: FakeVault, vaultUrl: string) {
  const bundle = (type: FakeType, name: string, version: FakeObjectVersion) => {
    const id = `${vaultUrl}/${type}/${name}/${version.id}`;
    const { contentType, tags } = version;
    const attributes = {
      ...version.attributes,
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    };
    const common = { attributes, ...(tags === undefined ? {} : { tags }) };
    switch (type) {
      case 'secrets':
        return { value: version.value, ...(contentType === undefined ? {} : { contentType }), id, ...common };
      case 'keys':
        return { key: { kid: id, ...(version.value as object) }, ...common };
      case 'certificates':
        return { id, kid: id, sid: id, x5t: 'fLi3U52HunIVNXubkEnf8tP6Wbo', cer: version.value, ...common };
    }
  };
  const demand = (type: FakeType, name: string, id: string, may: May): FakeObjectVersion => {
    if (!may(name)) throw new AzureFault(403, 'Forbidden', 'ForbiddenByRbac');
    const versions = vault.get(`${type}/${name}`) ?? [];
    const version = id === '' ? versions.at(-1) : versions.find((one) => one.id === id);
    if (version === undefined) throw new AzureFault(404, notFound[type]);
    if (!version.attributes.enabled) throw new AzureFault(403, 'Forbidden', 'SecretDisabled');
    return version;
  };
  const list = (type: FakeType, query: URLSearchParams, may: May) => {
    if (!may('*')) throw new AzureFault(403, 'Forbidden', 'ForbiddenByRbac');
    const size = Number(query.get('maxresults') ?? 25);
    const start = Number(query.get('$skiptoken') ?? 0);
    const all = [...vault].filter(([key]) => key.startsWith(`${type}/`));
    const items = all.slice(start, start + size).flatMap(([key, versions]) => {
      const last = versions.at(-1);
      if (last === undefined) return [];
      const { contentType, tags, attributes } = last;
      return [{ id: `${vaultUrl}/${key}`, contentType, tags, attributes }];
    });
    const next = `${vaultUrl}:443/${type}?api-version=7.4&$skiptoken=${start + size}&maxresults=${size}`;
    return { value: items, nextLink: start + size < all.length ? next : null };
  };

  /** What a write makes of its body; undefined when the body has nothing to write. */
  const written = (type: FakeType, body: AzureRequest['body']): unknown => {
    if (type === 'secrets') return typeof body.value === 'string' ? body.value : undefined;
    if (type === 'certificates') return imported(String(body.value ?? ''));
    const { kty, n, e, crv, x, y } = (body.key ?? {}) as Record<string, unknown>;
    if (kty === 'oct') throw new AzureFault(400, 'BadParameter');
    return kty === undefined ? undefined : { kty, key_ops: ['sign', 'verify'], n, e, crv, x, y };
  };
  const write = (type: FakeType, name: string, body: AzureRequest['body']) => {
    const value = written(type, body);
    if (value === undefined) throw new AzureFault(400, 'BadParameter');
    const { tags, contentType, attributes } = body as {
      tags?: Record<string, string>;
      contentType?: string;
      attributes?: { exp?: number };
    };
    put(vault, type, name, value, {
      ...(tags === undefined ? {} : { tags }),
      ...(contentType === undefined ? {} : { contentType }),
      ...(attributes?.exp === undefined ? {} : { attributes: { exp: attributes.exp } }),
    });
    return bundle(
      type,
      name,
      demand(type, name, '', () => true),
    );
  };

  /** One call; `may` says whether the caller may use an object. Throws {@link AzureFault}. */
  return ({ method, path, query, body }: AzureRequest, may: May): object | undefined => {
    const [type = '', name = '', version = ''] = path.slice(1).split('/');
    if (!types.includes(type as FakeType)) return undefined;
    const kind = type as FakeType;
    const isWrite = method === 'PUT' || (method === 'POST' && version === 'import');
    if (method === 'GET')
      return name === '' ? list(kind, query, may) : bundle(kind, name, demand(kind, name, version, may));
    if (!may(name)) throw new AzureFault(403, 'Forbidden', 'ForbiddenByRbac');
    if (isWrite) return write(kind, name, body);
    if (method !== 'DELETE') return undefined;
    const last = demand(kind, name, '', may);
    vault.delete(`${kind}/${name}`);
    return {
      ...bundle(kind, name, last),
      recoveryId: `${vaultUrl}/deleted${kind}/${name}`,
      deletedDate: 1_493_938_433,
      scheduledPurgeDate: 1_501_714_433,
    };
  };
}

/** PKCS#12 stays a secret of the fake's: of PEM and DER it keeps the first certificate. */
function imported(value: string): string {
  const bytes = value.startsWith('-----') ? Buffer.from(value) : Buffer.from(value, 'base64');
  try {
    return new X509Certificate(bytes).raw.toString('base64');
  } catch {
    return value;
  }
}
