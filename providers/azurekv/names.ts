import { ProviderError } from '../kit/errors.ts';
import type { ObjectType } from './api.ts';

/** One object of a vault. */
export interface ObjectName {
  readonly type: ObjectType;
  readonly name: string;
}

/**
 * `<type>/<name>`, or the name of a secret; what follows a second slash says nothing (spec providers 5.3). Throws `Rejected`
 * for another type, or a name that no object can have (learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates).
 */
export function parseKey(key: string): ObjectName {
  const parts = key.split('/');
  const [type, name = ''] = parts.length === 1 ? ['secret', key] : parts;
  const isType = type === 'secret' || type === 'key' || type === 'cert';
  if (!isType || !/^[A-Za-z0-9-]{1,127}$/.test(name)) throw new ProviderError('Rejected', { what: key });
  return { type, name };
}

/** The version of a read, empty for the latest. Throws `Rejected` for what can be none. */
export function parseVersion(key: string, version = ''): string {
  if (/^[A-Za-z0-9]{0,64}$/.test(version)) return version;
  throw new ProviderError('Rejected', { what: `${key} version ${version}` });
}
