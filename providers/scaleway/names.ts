import { ProviderError } from '../kit/errors.ts';
import type { Asking, ScalewayApi, ScalewaySecret } from './api.ts';

/** What a key names: `id:`, `name:` or `path:` and a text, as in ESO. */
export type ScalewayKey =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'path'; readonly name: string; readonly path: string };

/** Throws `Rejected` for a key that is none of the three. */
export function parseKey(key: string): ScalewayKey {
  const [, kind, text = ''] = /^(id|name|path):(.*)$/s.exec(key) ?? [];
  if (kind === 'id') return { kind, id: text };
  if (kind === 'name') return { kind, name: text };
  if (kind === 'path' && text.startsWith('/')) {
    const cut = text.lastIndexOf('/');
    return { kind, name: text.slice(cut + 1), path: text.slice(0, cut) || '/' };
  }
  throw new ProviderError('Rejected', { what: `${key} (not id:, name: or path:/)` });
}

/**
 * The secret of that name or path, undefined when the project has none. Of several with the name the one of the root counts;
 * without it nobody can tell: ESO takes whichever comes first.
 */
export async function findByKey(
  api: ScalewayApi,
  { name, path }: { name: string; path?: string },
  asking: Asking,
): Promise<ScalewaySecret | undefined> {
  const listed = await api.list({ name, path }, asking);
  const found = listed.filter(
    (secret) => secret.name === name && (path === undefined || secret.path === path),
  );
  const [first, second] = found;
  if (second === undefined) return first;
  const ofRoot = found.find((secret) => secret.path === '/');
  if (ofRoot === undefined) throw new ProviderError('Ambiguous', { what: asking.what });
  return ofRoot;
}
