import { noSuchResource } from '../errors.ts';

/** What a URL addresses: a collection, an object, or an endpoint of an object. */
export interface Address {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** The address of a REST path under /api/<version> or /apis/<group>/<version>; throws 404 for any other path. */
export function parsePath(path: string): Address {
  const [root, ...rest] = path.split('/').filter(Boolean).map(decodeURIComponent);
  const [group, version, ...tail] = root === 'api' ? ['', ...rest] : rest;
  if ((root !== 'api' && root !== 'apis') || group === undefined || version === undefined)
    throw noSuchResource();
  const scoped = tail[0] === 'namespaces' && tail.length > 2 && !isEndpoint(tail[2]!);
  const [resource, name, subresource, ...more] = scoped ? tail.slice(2) : tail;
  if (resource === undefined || more.length > 0) throw noSuchResource();
  return { group, version, resource, namespace: scoped ? tail[1] : undefined, name, subresource };
}

// Under /api/v1/namespaces/<name>/ these are endpoints of the namespace, not collections in it.
const isEndpoint = (part: string): boolean => part === 'status' || part === 'finalize';
