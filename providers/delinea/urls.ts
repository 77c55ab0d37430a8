import { ProviderError } from '../kit/errors.ts';
import type { DelineaSpec } from './schema.ts';

const defaultTemplate = 'https://%s.secretsvaultcloud.%s/v1/%s%s';
/** The verbs of Go's fmt that such a template needs. */
const verb = /%(?:\[([1-4])\])?s|%%/g;

/** Address of a resource: `token`, or `secrets` and an escaped path that begins with a slash. */
export function urlOf({ tenant, tld, urlTemplate }: DelineaSpec, resource: string, path = ''): string {
  const parts = [tenant, tld || 'com', resource, path];
  let next = 0;
  return (urlTemplate || defaultTemplate).replace(verb, (found, given?: string) => {
    if (found === '%%') return '%';
    if (given !== undefined) next = Number(given) - 1;
    return parts[next++] ?? '';
  });
}

/** Whether the template is one of an HTTP address, with nothing of Go's that is not understood here. */
export function isTemplate(template: string): boolean {
  const url = URL.parse(template.replace(verb, 'x'));
  return !template.replace(verb, '').includes('%') && /^https?:$/.test(url?.protocol ?? '');
}

/** The path of a key as it stands in a URL. Throws `Rejected` for the parts `.` and `..`, by which it would leave its place. */
export function pathOf(key: string): string {
  const parts = key.replace(/^\/+/, '').split('/');
  if (parts.some((part) => part === '.' || part === '..')) throw new ProviderError('Rejected', { what: key });
  // A colon separates, too.
  return `/${parts.map((part) => encodeURIComponent(part.toWellFormed()).replaceAll('%3A', ':')).join('/')}`;
}
