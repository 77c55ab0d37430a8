/** Stands in every fault; must appear in no error, log or event of the hook. */
export const remoteWords = 'words of AWS that must travel no further';

/** What AWS answers instead of a result, by the name that the API reference gives it. */
export class AwsFault extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(name: string, message = remoteWords, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** One secret: its values, oldest first, by the id of their version. */
export interface FakeSecret {
  readonly versions: [id: string, value: string | Uint8Array | undefined][];
  tags: Readonly<Record<string, string>>;
  deleted: boolean;
}

/** Serves one operation; `may` says whether the caller may read a name, or write what it may read. Throws {@link AwsFault}. */
export type Operation = (input: Record<string, never>, may: May) => object;

export type May = ((name: string) => boolean) & { readonly write: boolean };

/** The tags of a request as the model has them. */
export function tagRecord(list: readonly { Key: string; Value: string }[] = []): Record<string, string> {
  return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
}

/** Adds a value to a secret or parameter, and makes it if it is not there. Returns the id of the version. */
export function put(
  secrets: Map<string, FakeSecret>,
  name: string,
  value: string | Uint8Array | undefined,
  tags?: Readonly<Record<string, string>>,
): string {
  const known = secrets.get(name);
  const secret = known === undefined || known.deleted ? { versions: [], tags: {}, deleted: false } : known;
  const id = `00000000-0000-4000-8000-${String(secret.versions.length + 1).padStart(12, '0')}`;
  secret.versions.push([id, value]);
  if (tags !== undefined) secret.tags = tags;
  secrets.set(name, secret);
  return id;
}

/** One page of a listing, and the token of the next. */
export function page<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
): [T[], { NextToken?: string }] {
  const start = Number(token ?? 0);
  const end = start + size;
  return [items.slice(start, end), end < items.length ? { NextToken: String(end) } : {}];
}

export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
