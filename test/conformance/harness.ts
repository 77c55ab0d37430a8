import type { TSchema } from 'typebox';
import type { StoreHandle } from '../../providers/backends.ts';
import { createCredentials } from '../../providers/kit/credentials.ts';
import type { KubeReader } from '../../providers/kit/kube.ts';
import type { ConnectDeps, SecretsClient, StoreScope } from '../../providers/kit/provider.ts';
import { registry } from '../../providers/registry.ts';
import { providerTemplates } from '../../server/provider-templates.ts';
import { createTemplateRunner } from '../../server/templates.ts';
import { frontNetwork } from '../support/front-network.ts';
import type { Fault } from '../support/recording-proxy.ts';
import type { Dialect } from './golden.ts';

/** A secret that a harness puts into its backend: JSON text of an object, written as it is as far as the backend allows. */
export interface Seed {
  readonly key: string;
  readonly json: string;
}

/** A store's `spec.provider.<name>` and what its credentials lead to. */
export interface Store {
  readonly spec: unknown;
  readonly scope: StoreScope;
  readonly kube: KubeReader;
}

/**
 * Who reads. `reader` may read all; `left` and `right` may read what lies below `left/` and `right/` only; `stranger` has
 * credentials that the backend does not know; `writer` may read and write all. Without identities all of them are one.
 */
export type Who = 'reader' | 'left' | 'right' | 'stranger' | 'writer';

/** What a provider pushes: a whole Secret, one key of it as a secret of its own, one key as a property of a secret. */
export type PushKind = 'whole' | 'key' | 'property';

/** One way to run the contract against a provider. */
export interface Harness {
  /** Shown in the report: the provider, and in parentheses what tells this way from others. */
  readonly name: string;
  /** Key of the registry. */
  readonly provider: string;
  readonly dialect: Dialect;
  /** Set when there is no server at the other end, and so no network to run over. */
  readonly network?: 'none';
  start(): Promise<Backend>;
}

/** A backend that runs. What it lacks, its contract lacks. */
export interface Backend {
  seed(secrets: readonly Seed[]): Promise<void>;
  store(who: Who): Store;
  /** `own`: the backend keeps the values, and a client sees them change. `store`: they stand in the store itself. */
  readonly values: 'own' | 'store';
  readonly identities: 'several' | 'none';
  /** Set when the backend shows nobody a value: only what writes and checks is run. */
  readonly reads?: 'never';
  /** Set when `left` proves itself by what lies in Secrets. */
  readonly rotates?: true;
  /** Set when all but `stranger` are one. */
  readonly knowsStrangers?: true;
  /** Set when the backend says the same of what is not there and of what it does not show, so that nothing is absent. */
  readonly absence?: 'hidden';
  /** Whether a secret may be an object without keys. */
  readonly emptyObjects: 'kept' | 'refused';
  /** Present when the provider logs in. */
  readonly logins?: {
    count(): number;
    /** Present when a token can be given back. */
    revocations?(): number;
    /** Every token that a login gave so far is worth nothing from now on. */
    expire(): Promise<void>;
  };
  /** `keys`: a secret is a flat map of bytes, so that nothing of what it holds needs to be a JSON document. */
  readonly documents?: 'keys';
  /** What a key of the cases is called in the backend, whose names are stricter; `seed` and `remove` get it as it is. */
  readonly nameOf?: (key: string) => string;
  /** `plain`: keys hold only letters, digits and `.-_/`. */
  readonly names?: 'plain';
  /** Present when a secret may be something else than JSON: any bytes, or any text that is not empty. */
  readonly plain?: {
    readonly holds: 'bytes' | 'text';
    write(key: string, value: string | Uint8Array): Promise<void>;
  };
  /** Writes a key several times, oldest first; resolves to the names of its versions. */
  readonly versions?: (key: string, jsons: readonly string[]) => Promise<readonly string[]>;
  readonly remove?: (key: string) => Promise<void>;
  /** Present when the provider finds by name. `path`, `tags`: whether find takes them; `nameOf`: how a key is called in the result. */
  readonly finds?: { readonly path?: true; readonly tags?: true; nameOf(key: string): string };
  /** Bytes of the largest JSON document that the backend takes, or of the largest answer that is accepted. */
  readonly largest?: number;
  /** Set where nothing can be told of a secret beside its value. */
  readonly tellsNothing?: true;
  /** Present when something is said of secrets. `property`: how metadataPolicy Fetch calls a tag. */
  readonly metadata?: {
    /** Says it of a secret that is there. */
    tag(key: string, name: string, value: string): Promise<void>;
    property(name: string): string;
  };
  /** Present when the provider pushes. */
  readonly pushes?: {
    /** What every push has for metadata, where the backend makes nothing without. */
    readonly metadata?: object;
    /** The first is used where any will do. */
    readonly kinds: readonly [PushKind, ...PushKind[]];
    /** What becomes of a secret that something else made. */
    readonly unmanaged: 'refused' | 'overwritten';
    /** What a push of what is there already comes to. */
    readonly repeated: 'unchanged' | 'written';
    /** Set when a property is a path into JSON (spec providers 13.3). */
    readonly paths?: true;
    /** What a deletion with a property deletes. */
    readonly deletes: 'property' | 'secret';
    /** What the backend holds under a key; present when nobody can read it. */
    peek?(key: string): Promise<Uint8Array>;
    /** Requests so far that write or delete. */
    writes?(): number;
  };
  /** The properties to announce with every read, to a provider whose requests depend on them. */
  readonly properties?: readonly string[];
  /** What the backend's answers do not show: any body may be a value. */
  readonly undetectable?: readonly Fault[];
  /** Lets every read suffer; undefined ends it. */
  readonly fail?: (fault: Fault | undefined) => void;
  /** The reader's store at an address where nobody listens. */
  readonly nowhere?: () => Store;
  /** Tokens and the like seen so far, which must appear in no error. */
  credentials(): readonly string[];
  stop(): Promise<void>;
}

/** Connects by the registry, as the client pool does. */
export async function connect(
  { provider: name }: Harness,
  { spec, scope, kube }: Store,
  deps: Partial<ConnectDeps> = {},
): Promise<SecretsClient> {
  const provider = registry.get(name);
  if (provider === undefined) throw new Error(`no provider ${name} is registered`);
  return provider.connect(trusting(provider.spec, spec) as never, scope, {
    credentials: createCredentials(scope, kube),
    now: Date.now,
    countCall: () => {},
    templates: providerTemplates(createTemplateRunner(), Date.now),
    ...deps,
  });
}

/** A store as the way to all backends takes it. */
export function handleOf({ provider: name }: Harness, { spec, scope }: Store): StoreHandle {
  const { kind, name: store, namespace } = scope;
  return {
    kind,
    name: store,
    ...(namespace === undefined ? {} : { namespace }),
    uid: `uid-of-${store}`,
    generation: 1,
    provider: { [name]: trusting(registry.get(name)!.spec, spec) },
  };
}

/** A store's section that trusts the authority of this run's network, where it has a place to name one. */
function trusting(schema: TSchema, spec: unknown): unknown {
  const caPem = frontNetwork()?.caPem;
  if (caPem === undefined) return spec;
  const caBundle = Buffer.from(caPem).toString('base64');
  const section = spec as { readonly server?: object };
  switch (placeOfCa(schema)) {
    case 'section':
      return { ...section, caBundle };
    case 'server':
      return { ...section, server: { ...section.server, caBundle } };
    case undefined:
      return spec;
  }
}

/** Where a provider's section takes a CA. */
export function placeOfCa(schema: TSchema): 'section' | 'server' | undefined {
  const { properties = {} } = schema as { readonly properties?: Readonly<Record<string, TSchema>> };
  if ('caBundle' in properties) return 'section';
  const { server } = properties as { readonly server?: { readonly properties?: object } };
  return 'caBundle' in (server?.properties ?? {}) ? 'server' : undefined;
}

/** Kubernetes with these Secrets, by `namespace/name`, and one token for every ServiceAccount. */
export function memoryKube(
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  serviceAccountToken: string,
): KubeReader {
  return {
    async secret(namespace, name) {
      const data = secrets[`${namespace}/${name}`];
      if (data === undefined) return undefined;
      const bytes = Object.entries(data).map(([key, text]) => [key, Buffer.from(text)] as const);
      return { uid: name, resourceVersion: '1', data: new Map(bytes) };
    },
    configMap: async () => undefined,
    serviceAccount: async () => ({ annotations: {} }),
    serviceAccountToken: async () => ({ token: serviceAccountToken, expiresAt: Date.now() + 600_000 }),
  };
}
