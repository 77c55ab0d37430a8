/** Stands in every fault; must appear in no error, log or event of the hook. */
export const remoteWords = 'words of Azure that must travel no further';

/** What Key Vault answers instead of a result (learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses). */
export class AzureFault extends Error {
  readonly status: number;
  readonly code: string;
  readonly inner: string | undefined;

  constructor(status: number, code: string, inner?: string) {
    super(remoteWords);
    this.status = status;
    this.code = code;
    this.inner = inner;
  }
}

export type FakeType = 'secrets' | 'keys' | 'certificates';

/** Seconds since the epoch. */
export interface FakeAttributes {
  enabled: boolean;
  exp?: number;
  nbf?: number;
  readonly created: number;
  updated: number;
}

/** One version of an object: a secret's value, a key's JWK, a certificate's DER in base64. */
export interface FakeObjectVersion {
  readonly id: string;
  readonly value: unknown;
  contentType?: string | undefined;
  tags?: Record<string, string> | undefined;
  readonly attributes: FakeAttributes;
}

/** Versions of the objects, oldest first, by `secrets/name`, `keys/name` or `certificates/name`. */
export type FakeVault = Map<string, FakeObjectVersion[]>;

/** Adds a version to an object, and makes it if it is not there. Returns the version's id. */
export function put(
  vault: FakeVault,
  type: FakeType,
  name: string,
  value: unknown,
  fields: { contentType?: string; tags?: Record<string, string>; attributes?: Partial<FakeAttributes> } = {},
): string {
  const versions = vault.get(`${type}/${name}`) ?? [];
  vault.set(`${type}/${name}`, versions);
  const id = (versions.length + 1).toString(16).padStart(32, '0');
  const attributes = { enabled: true, created: 1_493_938_410, updated: 1_493_938_410, ...fields.attributes };
  versions.push({ id, value, ...fields, attributes });
  return id;
}

/** A request as the fake sees it. */
export interface AzureRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, unknown>>;
  /** JSON, or a form's fields. */
  readonly body: Readonly<Record<string, unknown>>;
}
