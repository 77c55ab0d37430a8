import { ProviderError } from '../errors.ts';

/** The part of a store that decides where a key lies. */
export interface KvEngine {
  /** Mount path; without it the mount is the first part of every key. */
  readonly path?: string;
  readonly version: 'v1' | 'v2';
  /** Keys lie below the mount whatever they begin with; else one may begin with the mount itself. */
  readonly keys?: 'relative';
}

/** Where a key's value and (v2) its metadata are read, below `/v1/`. */
export interface KvPath {
  readonly data: string;
  readonly metadata: string | undefined;
}

/**
 * The request paths of a key (spec providers 3.3). Both come from one normalised form, so a key that is written as
 * `<mount>/data/<name>` has metadata too; ESO asks for a path that does not exist (decision 17). Throws `Misconfigured`
 * for a mount with `.` and `..`.
 */
export function kvPath({ path: mount, version, keys }: KvEngine, key: string): KvPath {
  if (mount) {
    // Else the key would be blamed for it.
    if (hasDots(mount))
      throw new ProviderError('Misconfigured', { what: 'path must not have the parts . and ..' });
    const prefix = `${mount}/`;
    let rest = key;
    if (keys !== 'relative' && key.startsWith(prefix)) {
      rest = key.slice(prefix.length);
      if (version === 'v2' && rest.startsWith('data/')) rest = rest.slice('data/'.length);
    }
    return version === 'v1'
      ? { data: `${prefix}${rest}`, metadata: undefined }
      : { data: `${prefix}data/${rest}`, metadata: `${prefix}metadata/${rest}` };
  }
  if (version === 'v1') return { data: key, metadata: undefined };
  if (key.includes('/data/')) return { data: key, metadata: key.replace('/data/', '/metadata/') };
  const [first = '', ...others] = key.replace(/^\/+/, '').split('/');
  return { data: [first, 'data', ...others].join('/'), metadata: [first, 'metadata', ...others].join('/') };
}

/**
 * A path as it stands in a URL: empty segments dropped, as ESO's client does, and everything but `/` escaped.
 * Throws `Rejected` for `.` and `..`, by which a key would leave its mount.
 */
export function urlPath(path: string, key: string): string {
  if (hasDots(path)) throw new ProviderError('Rejected', { what: key });
  const segments = path.split('/').filter((segment) => segment !== '');
  return segments.map((segment) => encodeURIComponent(segment.toWellFormed())).join('/');
}

/** Whether a path has the parts `.` or `..`, by which it would leave its place. */
export function hasDots(path: string): boolean {
  return path.split('/').some((segment) => segment === '.' || segment === '..');
}
