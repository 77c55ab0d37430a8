import { type TUnsafe, Type } from 'typebox';

/**
 * A schema of values of type T that is structural by construction (KEP-2335): it can stand in a CRD as it is, ajv
 * compiles it as it is, and `Static` reads T off it.
 */
export type Schema<T = unknown> = TUnsafe<T>;

/** A CEL rule (`x-kubernetes-validations`). `message` is shown to users and never quotes a value. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

interface Optional<T> {
  readonly presence: 'optional';
  readonly schema: Schema<T>;
}

interface Defaulted<T> {
  readonly presence: 'defaulted';
  readonly schema: Schema<T>;
}

type Field = Schema | Optional<unknown> | Defaulted<unknown>;
type Fields = Readonly<Record<string, Field>>;

type ValueOf<F> = F extends { readonly schema: Schema<infer T> } ? T : F extends Schema<infer T> ? T : never;
type OptionalKeys<P> = { [N in keyof P]: P[N] extends Optional<unknown> ? N : never }[keyof P];
type ObjectOf<P> = { [N in Exclude<keyof P, OptionalKeys<P>>]: ValueOf<P[N]> } & {
  [N in OptionalKeys<P>]?: ValueOf<P[N]>;
} extends infer O
  ? { [N in keyof O]: O[N] }
  : never;

interface ObjectOptions {
  readonly rules?: readonly Rule[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** Server-side apply owns the object as a whole. */
  readonly atomic?: true;
}

interface StringOptions {
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

interface NumberOptions {
  readonly format?: 'int32' | 'int64';
  readonly minimum?: number;
  readonly maximum?: number;
}

interface ListOptions {
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Patterns that ESO's CRDs use for names (spec core 1.1, 2.7); each demands a character, so that no minLength has to. */
const dnsSubdomain = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const dnsLabel = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
const dataKey = '^[-._a-zA-Z0-9]+$';
/** What Go's time.ParseDuration reads, without and with a sign. */
const unsignedDuration = '(0|(([0-9]+\\.?[0-9]*|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)';
const nonNegativeDuration = `^\\+?${unsignedDuration}$`;
const anyDuration = `^[-+]?${unsignedDuration}$`;

/** A node; absent options leave no trace in the generated file. */
function node<T>(description: string | undefined, keywords: object): Schema<T> {
  const { rules, atomic, ...rest } = keywords as ObjectOptions;
  return Type.Unsafe<T>({
    ...(description === undefined ? {} : { description }),
    ...rest,
    ...(atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    ...(rules === undefined ? {} : { 'x-kubernetes-validations': rules }),
  });
}

function isField(field: Field): field is Optional<unknown> | Defaulted<unknown> {
  return 'presence' in field;
}

/**
 * Builders of structural schemas. Descriptions come first: `kubectl explain` shows them, and a test demands one for
 * every field. A field is required unless it is wrapped in `K.optional` or `K.defaulted`.
 */
export const K = {
  object<const P extends Fields>(
    description: string,
    fields: P,
    options: ObjectOptions = {},
  ): Schema<ObjectOf<P>> {
    const entries = Object.entries(fields);
    const required = entries.filter(([, field]) => !isField(field)).map(([name]) => name);
    return node(description, {
      type: 'object',
      ...(required.length === 0 ? {} : { required }),
      ...options,
      // The API server drops an empty map, and then each apply would be a change.
      ...(entries.length === 0
        ? {}
        : {
            properties: Object.fromEntries(
              entries.map(([name, field]) => [name, isField(field) ? field.schema : field]),
            ),
          }),
    });
  },

  /** A field that may be absent. */
  optional<T>(schema: Schema<T>): Optional<T> {
    return { presence: 'optional', schema };
  },

  /** A field that the API server fills in: absent from manifests, always there for those who read the object. */
  defaulted<T, const D extends T>(schema: Schema<T>, value: D): Defaulted<T> {
    return { presence: 'defaulted', schema: Type.Unsafe<T>({ ...schema, default: value }) };
  },

  string(description?: string, options: StringOptions = {}): Schema<string> {
    return node(description, { type: 'string', ...options });
  },

  enum<const V extends readonly string[]>(description: string, values: V): Schema<V[number]> {
    return node(description, { type: 'string', enum: values });
  },

  int(description: string, options: NumberOptions = {}): Schema<number> {
    return node(description, { type: 'integer', ...options });
  },

  bool(description: string): Schema<boolean> {
    return node(description, { type: 'boolean' });
  },

  /** Bytes, in base64 in the manifest. */
  bytes(description: string): Schema<string> {
    return node(description, { type: 'string', format: 'byte' });
  },

  /** A moment in RFC 3339. */
  time(description: string): Schema<string> {
    return node(description, { type: 'string', format: 'date-time' });
  },

  /** Null is a value of its own: it is stored, not pruned. */
  nullable<T>(schema: Schema<T>): Schema<T | null> {
    return Type.Unsafe<T | null>({ ...schema, nullable: true });
  },

  map<V>(description: string, values: Schema<V>): Schema<Record<string, V>> {
    return node(description, { type: 'object', additionalProperties: values });
  },

  list<V>(description: string, items: Schema<V>, options: ListOptions = {}): Schema<V[]> {
    return node(description, { type: 'array', ...options, items });
  },

  /** An object whose fields nobody checks. */
  any(description: string): Schema<Record<string, unknown>> {
    return node(description, { type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
  },

  /** An integer or a string; `pattern` binds strings and the limits bind integers. */
  intOrString(
    description: string,
    options: StringOptions & Omit<NumberOptions, 'format'> = {},
  ): Schema<number | string> {
    return node(description, { 'x-kubernetes-int-or-string': true, ...options });
  },

  /** A Go duration such as `1h30m`; zero and negative ones are legal. */
  duration(description: string): Schema<string> {
    return node(description, { type: 'string', pattern: anyDuration });
  },

  /** Whole seconds, or a Go duration; neither may be negative. */
  secondsOrDuration(description: string): Schema<number | string> {
    return K.intOrString(description, { pattern: nonNegativeDuration, minimum: 0 });
  },

  /** Name of an object: a DNS subdomain. */
  objectName(description: string): Schema<string> {
    return node(description, { type: 'string', maxLength: 253, pattern: dnsSubdomain });
  },

  /** Name of a namespace: a DNS label. */
  namespace(description?: string): Schema<string> {
    return node(description, { type: 'string', maxLength: 63, pattern: dnsLabel });
  },

  /** Key of a Secret or ConfigMap. */
  dataKey(description: string): Schema<string> {
    return node(description, { type: 'string', maxLength: 253, pattern: dataKey });
  },

  /** One key of a Secret (spec core 2.7). */
  secretKeySelector(description: string) {
    return K.object(description, {
      name: K.optional(K.objectName('Name of the Secret.')),
      namespace: K.optional(K.namespace(selectorNamespace)),
      key: K.optional(K.dataKey('Key in its data.')),
    });
  },

  /** A ServiceAccount of which short-lived tokens are requested (spec core 2.7). */
  serviceAccountSelector(description: string) {
    return K.object(description, {
      name: K.objectName('Name of the ServiceAccount.'),
      namespace: K.optional(K.namespace(selectorNamespace)),
      audiences: K.optional(K.list('Audiences of its token.', K.string())),
    });
  },

  /** Where to find the CA certificates of a backend (spec providers 1.10). */
  caProvider() {
    return K.object('Where the CA certificates are, in PEM; caBundle wins.', {
      type: K.enum('Kind of the object.', ['Secret', 'ConfigMap']),
      name: K.objectName('Name of the object.'),
      namespace: K.optional(K.namespace('A ClusterSecretStore needs it; a SecretStore may name its own.')),
      key: K.optional(K.dataKey('Key in the data of the object.')),
    });
  },
};

/** Short, as it stands in the CRDs of the stores once for each of a hundred references. */
const selectorNamespace = "Of a ClusterSecretStore only. Absent: the ExternalSecret's.";
