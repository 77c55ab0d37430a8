/**
 * Metacontroller 4.17.2's own kinds, from the facts of spec metacontroller 2: the same fields, required ones, enums and
 * defaults as its release has, so that either can be applied over the other.
 */

type Schema = Readonly<Record<string, unknown>>;

const string: Schema = { type: 'string' };
const boolean: Schema = { type: 'boolean' };
const strings: Schema = { type: 'array', items: string };
const textMap: Schema = { type: 'object', additionalProperties: string };

const list = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (...options: string[]): Schema => ({ ...string, enum: options });
const initially = (value: string): Schema => ({ ...string, default: value });

function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

const objectRef = object({ name: string, namespace: string }, ['name', 'namespace']);
const caRef = object({ name: string, namespace: string, key: initially('ca.crt') }, ['name', 'namespace']);
const keyRef = object({ name: string, namespace: string, key: string }, ['key', 'name', 'namespace']);

/** How a hook is reached safely. */
const connection = {
  authorization: object({ type: initially('Bearer'), secretRef: keyRef }, ['secretRef']),
  basicAuth: object(
    { secretRef: objectRef, usernameKey: initially('username'), passwordKey: initially('password') },
    ['secretRef'],
  ),
  caBundle: object({ inline: string, secretRef: caRef, configMapRef: caRef }),
  clientTLS: object(
    { secretRef: objectRef, certKey: initially('tls.crt'), privateKeyKey: initially('tls.key') },
    ['secretRef'],
  ),
};

const webhook = object({
  url: string,
  path: string,
  timeout: { ...string, format: 'duration' },
  responseUnMarshallMode: oneOf('loose', 'strict'),
  etag: object({
    enabled: boolean,
    cacheTimeoutSeconds: { type: 'integer', format: 'int32' },
    cacheCleanupSeconds: { type: 'integer', format: 'int32' },
  }),
  service: object(
    { name: string, namespace: string, port: { type: 'integer', format: 'int32' }, protocol: string },
    ['name', 'namespace'],
  ),
  ...connection,
});
const hook = object({ version: { ...oneOf('v1', 'v2'), default: 'v1' }, webhook });

const atomicList = (items: Schema): Schema => ({ ...list(items), 'x-kubernetes-list-type': 'atomic' });
const atomicMap = { 'x-kubernetes-map-type': 'atomic' };
const expression = object({ key: string, operator: string, values: atomicList(string) }, ['key', 'operator']);
const labelSelector = {
  ...object({ matchLabels: textMap, matchExpressions: atomicList(expression) }),
  ...atomicMap,
};
const annotationSelector = object({ matchAnnotations: textMap, matchExpressions: list(expression) });

const methods = ['OnDelete', 'Recreate', 'InPlace', 'RollingRecreate', 'RollingInPlace'];
const resource = { apiVersion: string, resource: string };
const isResource = ['apiVersion', 'resource'];

const child = object(
  {
    ...resource,
    updateStrategy: object({
      method: oneOf(...methods),
      statusChecks: object({
        conditions: list(object({ type: string, status: string, reason: string }, ['type'])),
      }),
    }),
  },
  isResource,
);

const shared = {
  resyncPeriodSeconds: { type: 'integer', format: 'int32' },
  endpointConfigs: list(object({ host: string, ...connection }, ['host'])),
};

const composite = object(
  {
    ...shared,
    parentResource: object(
      {
        ...resource,
        labelSelector,
        ignoreStatusChanges: boolean,
        revisionHistory: object({ fieldPaths: strings }),
      },
      isResource,
    ),
    childResources: list(child),
    generateSelector: boolean,
    hooks: object({
      sync: hook,
      finalize: hook,
      customize: hook,
      preUpdateChild: hook,
      postUpdateChild: hook,
    }),
  },
  ['parentResource'],
);

const decorator = object(
  {
    ...shared,
    resources: list(
      object({ ...resource, labelSelector, annotationSelector, ignoreStatusChanges: boolean }, isResource),
    ),
    attachments: list(
      object({ ...resource, updateStrategy: object({ method: oneOf(...methods) }) }, isResource),
    ),
    hooks: object({ sync: hook, finalize: hook, customize: hook }),
  },
  ['resources'],
);

/** The three CRDs. */
export function metacontrollerCrds(): object[] {
  const meta = { apiVersion: string, kind: string, metadata: { type: 'object' } };
  const free: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const controller = (spec: Schema) =>
    object({ ...meta, spec, status: { type: 'object' } }, ['metadata', 'spec']);
  const revision = object(
    {
      ...meta,
      parentPatch: free,
      children: list(
        object({ apiGroup: string, kind: string, names: strings }, ['apiGroup', 'kind', 'names']),
      ),
    },
    ['metadata', 'parentPatch'],
  );
  return [
    crd('CompositeController', 'Cluster', ['cc', 'cctl'], controller(composite)),
    crd('DecoratorController', 'Cluster', ['dec', 'decorators'], controller(decorator)),
    crd('ControllerRevision', 'Namespaced', [], revision),
  ];
}

function crd(
  kind: string,
  scope: 'Cluster' | 'Namespaced',
  shortNames: readonly string[],
  openAPIV3Schema: Schema,
): object {
  const plural = `${kind.toLowerCase()}s`;
  const group = 'metacontroller.k8s.io';
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, request not yet submitted' },
    },
    spec: {
      group,
      scope,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames.length === 0 ? {} : { shortNames }),
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema },
        },
      ],
    },
  };
}
