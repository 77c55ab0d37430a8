import { ProviderError } from '../kit/errors.ts';

/** Where a store's secrets are: in a project, or in one location of it. */
export interface Place {
  readonly project: string;
  readonly location: string | undefined;
}

/** `projects/P` or `projects/P/locations/L`. */
export function parentOf({ project, location }: Place): string {
  return `projects/${project}${location ? `/locations/${location}` : ''}`;
}

/** The resource name of a secret. Throws `Rejected` for a key that no secret can have. */
export function secretName(place: Place, key: string): string {
  return `${parentOf(place)}/secrets/${segment(key, key)}`;
}

/** The resource name of a version: a number, an alias, or `latest`. Throws `Rejected` for what can be none of them. */
export function versionName(place: Place, key: string, version: string): string {
  return `${secretName(place, key)}/versions/${segment(version, `${key} version ${version}`)}`;
}

/** The name of a secret without what stands before it, which names the project by its number (spec providers 4.2). */
export function shortName(resource: string): string | undefined {
  return /^projects\/[^/]+(?:\/locations\/[^/]+)?\/secrets\/([^/]+)$/.exec(resource)?.[1];
}

/** The host of the API (cloud.google.com/secret-manager/regional-secrets). */
export function hostOf({ location }: Place): string {
  return location ? `secretmanager.${location}.rep.googleapis.com` : 'secretmanager.googleapis.com';
}

function segment(text: string, what: string): string {
  if (/^[A-Za-z0-9_-]{1,255}$/.test(text)) return text;
  throw new ProviderError('Rejected', { what });
}
