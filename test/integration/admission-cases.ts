/** Specs, and the rule by which the API server refuses them (`undefined`: it accepts them). */
export type Case = readonly [what: string, spec: object, refusal: RegExp | undefined];

const remoteRef = { key: 'app' };
const data = [{ secretKey: 'a', remoteRef }];
const entries = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ secretKey: `key-${i}`, remoteRef }));

const notOwned = /deletionPolicy=Delete must not be used when the controller doesn't own the secret/;
const nothingToMerge = /deletionPolicy=Merge must not be used with creationPolicy=None/;
const noData = /either data or dataFrom should be specified/;
const oneSource = /extract, find, or generatorRef cannot be set at the same time/;
const noSource = /either extract, find, or sourceRef must be set to dataFrom/;
const privileged =
  /template\.type="(kubernetes\.io\/service-account-token|bootstrap\.kubernetes\.io\/token)"/;
const notOfASecret = /templateFrom target is not allowed when targeting a Secret/;
const duplicate = /duplicate secretKey found in data/;

const policies = (creationPolicy: string, deletionPolicy: string) => ({
  data,
  target: { creationPolicy, deletionPolicy },
});
const template = (fields: object, manifest?: object) => ({
  data,
  target: { template: fields, ...(manifest === undefined ? {} : { manifest }) },
});
const templateFrom = (target: string, fields: object = {}, manifest?: object) =>
  template({ ...fields, templateFrom: [{ literal: 'a: b', target }] }, manifest);
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const generatorRef = { kind: 'Password', name: 'generator' };
const items = [{ key: 'k' }, { key: 'all', templateAs: 'KeysAndValues' }];
const wholeTemplate = {
  engineVersion: 'v2',
  type: 'kubernetes.io/tls',
  mergePolicy: 'Merge',
  metadata: { labels: { a: '{{ .x }}' }, annotations: { b: 'c' }, finalizers: ['example.com/f'] },
  data: { file: '{{ .x }}' },
  templateFrom: [
    { configMap: { name: 'c', items }, valuesDecodingStrategy: 'Base64' },
    { secret: { name: 's', items }, target: 'Labels' },
    { literal: '{{ .x }}: y', target: 'Annotations' },
  ],
};
const wholeFind = {
  path: 'team',
  name: { regexp: '^a' },
  tags: { env: 'prod' },
  conversionStrategy: 'Unicode',
  decodingStrategy: 'Auto',
  nullBytePolicy: 'Fail',
};
const serviceAccountToken = 'kubernetes.io/service-account-token';

/** ExternalSecrets (spec core 1.1, 1.2). */
export const externalSecretCases: readonly Case[] = [
  ['the smallest', { data }, undefined],
  ['Owner with Delete', policies('Owner', 'Delete'), undefined],
  ['Orphan with Delete, which fails only at run time', policies('Orphan', 'Delete'), undefined],
  ['Merge with Delete', policies('Merge', 'Delete'), notOwned],
  ['None with Delete', policies('None', 'Delete'), notOwned],
  ['CreateOrMerge with Delete', policies('CreateOrMerge', 'Delete'), notOwned],
  ['Delete alone, as Owner is the default', { data, target: { deletionPolicy: 'Delete' } }, undefined],
  ['Merge with Merge', policies('Merge', 'Merge'), undefined],
  ['None with Merge', policies('None', 'Merge'), nothingToMerge],
  ['None with Retain', policies('None', 'Retain'), undefined],
  ['an empty spec', {}, noData],
  ['empty lists', { data: [], dataFrom: [] }, noData],
  ['dataFrom alone', { dataFrom: [{ extract: remoteRef }] }, undefined],
  ['extract and find', { dataFrom: [{ extract: remoteRef, find: { name: { regexp: '.' } } }] }, oneSource],
  ['extract and a generator', { dataFrom: [{ extract: remoteRef, sourceRef: { generatorRef } }] }, oneSource],
  ['find and a generator', { dataFrom: [{ find: {}, sourceRef: { generatorRef } }] }, oneSource],
  [
    'extract from another store',
    { dataFrom: [{ extract: remoteRef, sourceRef: { storeRef: { name: 'other' } } }] },
    undefined,
  ],
  ['a generator alone', { dataFrom: [{ sourceRef: { generatorRef } }] }, undefined],
  ['a rewrite of nothing', { dataFrom: [{ rewrite: [{ transform: { template: 'a' } }] }] }, noSource],
  [
    'a sourceRef of nothing',
    { dataFrom: [{ sourceRef: {} }] },
    /at least 1 properties|should have at least 1/,
  ],
  [
    'two operations in one rewrite',
    { dataFrom: [{ extract: remoteRef, rewrite: [{ merge: {}, transform: { template: 'a' } }] }] },
    /at most 1/,
  ],
  [
    'a token of a named service account',
    {
      data,
      target: {
        template: {
          type: serviceAccountToken,
          metadata: { annotations: { 'kubernetes.io/service-account.name': 'admin' } },
        },
      },
    },
    privileged,
  ],
  ['such a type without the annotation', template({ type: serviceAccountToken }), undefined],
  [
    'such a type with rendered annotations',
    templateFrom('Annotations', { type: serviceAccountToken }),
    privileged,
  ],
  ['the same in other letters', templateFrom('aNNotations', { type: serviceAccountToken }), privileged],
  [
    'the same in letters that fold to ASCII',
    templateFrom('annotation\u017f', { type: serviceAccountToken }),
    privileged,
  ],
  ['such a type with rendered labels', templateFrom('Labels', { type: serviceAccountToken }), undefined],
  ['a bootstrap token', template({ type: 'bootstrap.kubernetes.io/token' }), privileged],
  ['rendered annotations of a Secret', templateFrom('ANNOTATIONS'), undefined],
  ['rendered data of a Secret, unnamed', templateFrom(''), undefined],
  ['a path in a Secret', templateFrom('metadata.ownerReferences'), notOfASecret],
  ['the type of a Secret', templateFrom('type'), notOfASecret],
  [
    'a path in a Secret by manifest',
    templateFrom('type', {}, { apiVersion: 'v1', kind: 'Secret' }),
    notOfASecret,
  ],
  ['a path in a ConfigMap', templateFrom('data.file', {}, configMap), undefined],
  [
    'a bootstrap token by manifest',
    template({ type: 'bootstrap.kubernetes.io/token' }, configMap),
    privileged,
  ],
  ['one key twice', { data: [...data, ...data] }, duplicate],
  ['the last of 64 twice', { data: [...entries(63), ...entries(1)] }, duplicate],
  [
    'one key twice under another deletionPolicy',
    { data: [...data, ...data], target: { deletionPolicy: 'Delete' } },
    undefined,
  ],
  ['a thousand entries', { data: entries(1000) }, undefined],
  [
    'a hundred sources of templates',
    template({ templateFrom: Array(100).fill({ literal: 'a: b' }) }),
    undefined,
  ],
  ['a long literal', template({ templateFrom: [{ literal: `a: ${'b'.repeat(200_000)}` }] }), undefined],
  ['a key that no Secret may have', { data: [{ secretKey: 'a/b', remoteRef }] }, /should match/],
  ['a name that no Secret may have', { data, target: { name: 'Upper' } }, /should match/],
  ['an interval that Go cannot read', { data, refreshInterval: '1 hour' }, /should match/],
  ['an interval below zero', { data, refreshInterval: '-1h' }, undefined],
  ['an interval with fractions', { data, refreshInterval: '1.5h30m' }, undefined],
  ['a template engine of old', template({ engineVersion: 'v1' }), /Unsupported value/],
  ['a store name that cannot be', { data, secretStoreRef: { name: 'Upper' } }, /should match/],
  [
    'a kind of store that is not there',
    { data, secretStoreRef: { name: 'a', kind: 'Store' } },
    /Unsupported value/,
  ],
  ['a creationPolicy that is not there', { data, target: { creationPolicy: 'Mine' } }, /Unsupported value/],
  ['a deletionPolicy that is not there', { data, target: { deletionPolicy: 'Keep' } }, /Unsupported value/],
  ['a refreshPolicy that is not there', { data, refreshPolicy: 'Always' }, /Unsupported value/],
  ['an immutable target', { data, target: { immutable: true } }, undefined],
  ['a manifest without a kind', { data, target: { manifest: { apiVersion: 'v1' } } }, /kind: Required value/],
  [
    'a manifest with an empty kind',
    { data, target: { manifest: { apiVersion: 'v1', kind: '' } } },
    /at least 1 chars/,
  ],
  ['a whole template', template(wholeTemplate), undefined],
  [
    'a decoding strategy of a template that is not there',
    template({ templateFrom: [{ literal: 'a: b', valuesDecodingStrategy: 'Rot13' }] }),
    /Unsupported value/,
  ],
  [
    'a conversion strategy that is not there',
    { data: [{ secretKey: 'a', remoteRef: { key: 'app', conversionStrategy: 'None' } }] },
    /Unsupported value/,
  ],
  [
    'a null byte policy that is not there',
    { data: [{ secretKey: 'a', remoteRef: { key: 'app', nullBytePolicy: 'Warn' } }] },
    /Unsupported value/,
  ],
  [
    'a sourceRef of two',
    { data: [{ secretKey: 'a', remoteRef, sourceRef: { storeRef: { name: 's' }, generatorRef } }] },
    /at most 1/,
  ],
  ['a whole find', { dataFrom: [{ find: wholeFind }] }, undefined],
  [
    'a generator of a kind that is not there',
    { dataFrom: [{ sourceRef: { generatorRef: { kind: 'Dice', name: 'd' } } }] },
    /Unsupported value/,
  ],
  ['no windows', { data, syncWindows: { kind: 'allow', windows: [] } }, /at least 1/],
  [
    'a window by cron',
    { data, syncWindows: { kind: 'deny', windows: [{ schedule: '0 8 * * 1-5', duration: '9h' }] } },
    undefined,
  ],
  [
    'a window that is no cron',
    { data, syncWindows: { kind: 'deny', windows: [{ schedule: 'daily', duration: '9h' }] } },
    /should match/,
  ],
];

const secretRef = { name: 'credentials', key: 'secret' };
const vault = (fields: object) => ({ provider: { vault: { server: 'https://vault', ...fields } } });
const login = (auth: object) => vault({ auth });

/** SecretStores (spec core 2.1, providers 3.1, 10). */
export const storeCases: readonly Case[] = [
  ['a Vault without login', vault({}), undefined],
  ['no provider', { provider: {} }, /at least 1/],
  ['no provider field', {}, /spec\.provider: Required value/],
  ['two providers', { provider: { fake: { data: [] }, vault: { server: 'https://vault' } } }, /at most 1/],
  ['a provider that nobody knows', { provider: { nobody: {} } }, /at least 1/],
  ['a provider that is not built', { provider: { volcengine: { anything: [{ goes: true }] } } }, undefined],
  ['a refreshInterval in seconds', { ...vault({}), refreshInterval: 300 }, undefined],
  ['a refreshInterval as a duration', { ...vault({}), refreshInterval: '5m' }, undefined],
  ['a refreshInterval without a unit', { ...vault({}), refreshInterval: '300' }, /should match/],
  ['a refreshInterval below zero', { ...vault({}), refreshInterval: -1 }, /greater than or equal to 0/],
  ['a refreshInterval below zero, as a duration', { ...vault({}), refreshInterval: '-5m' }, /should match/],
  ['a Vault without server', { provider: { vault: {} } }, /server: Required value/],
  ['an AppRole with its id', login({ appRole: { roleId: 'id', secretRef } }), undefined],
  ['an AppRole with a reference to its id', login({ appRole: { roleRef: secretRef, secretRef } }), undefined],
  ['an AppRole without id', login({ appRole: { secretRef } }), /either roleId or roleRef must be set/],
  ['an AppRole with an empty id', login({ appRole: { roleId: '', secretRef } }), /either roleId or roleRef/],
  ['a JWT from a Secret', login({ jwt: { role: 'r', secretRef } }), undefined],
  [
    'a JWT of a ServiceAccount',
    login({ jwt: { kubernetesServiceAccountToken: { serviceAccountRef: { name: 'sa' }, audiences: [] } } }),
    undefined,
  ],
  ['a JWT from nowhere', login({ jwt: { role: 'r' } }), /either secretRef or kubernetesServiceAccountToken/],
  ['kubernetes auth without role', login({ kubernetes: {} }), /role: Required value/],
  [
    'two ways to log in, of which the first counts',
    login({ tokenSecretRef: secretRef, ldap: { username: 'u' } }),
    undefined,
  ],
  ['a client certificate', vault({ tls: { certSecretRef: secretRef, keySecretRef: secretRef } }), undefined],
  [
    'a client certificate without its key',
    vault({ tls: { certSecretRef: secretRef } }),
    /must be set together/,
  ],
  ['check-and-set', vault({ checkAndSet: { required: true } }), undefined],
  [
    'check-and-set in KV version 1',
    vault({ version: 'v1', checkAndSet: { required: true } }),
    /checkAndSet is not supported/,
  ],
  ['no check-and-set in KV version 1', vault({ version: 'v1', checkAndSet: { required: false } }), undefined],
  ['a CA that is not base64', vault({ caBundle: '-----BEGIN' }), /must be of type byte/],
  [
    'a namespace that cannot be',
    login({ tokenSecretRef: { ...secretRef, namespace: 'a.b' } }),
    /should match/,
  ],
  ['a fake without value', { provider: { fake: { data: [{ key: 'a', value: '' }] } } }, /at least 1 chars/],
];

const push = (fields: object) => ({
  secretStoreRefs: [{ name: 'store' }],
  selector: { secret: { name: 'source' } },
  ...fields,
});
const dataTo = (fields: object) => push({ dataTo: [{ storeRef: { name: 'store' }, ...fields }] });
const regexp = { source: 'a', target: 'b' };

/** PushSecrets (spec core 3.2). */
export const pushSecretCases: readonly Case[] = [
  ['the smallest', push({}), undefined],
  [
    'a source by labels',
    push({ selector: { secret: { selector: { matchLabels: { a: 'b' } } } } }),
    undefined,
  ],
  ['a generator', push({ selector: { generatorRef: { kind: 'Password', name: 'p' } } }), undefined],
  ['no source', push({ selector: {} }), /should have at least 1 properties/],
  [
    'two sources',
    push({ selector: { secret: { name: 's' }, generatorRef: { kind: 'Password', name: 'p' } } }),
    /must have at most 1 item/,
  ],
  ['no stores', { selector: { secret: { name: 'source' } } }, /secretStoreRefs: Required value/],
  ['another update policy', push({ updatePolicy: 'Merge' }), /Unsupported value/],
  ['another deletion policy', push({ deletionPolicy: 'Retain' }), /Unsupported value/],
  [
    'data',
    push({ data: [{ match: { remoteRef: { remoteKey: 'k', property: 'p' } }, metadata: { a: 1 } }] }),
    undefined,
  ],
  ['data without a key', push({ data: [{ match: { remoteRef: {} } }] }), /remoteKey: Required value/],
  [
    'dataTo',
    dataTo({ match: { regexp: '^a' }, rewrite: [{ regexp }, { transform: { template: 'x' } }] }),
    undefined,
  ],
  ['dataTo by labels', dataTo({ storeRef: { labelSelector: { matchLabels: { a: 'b' } } } }), undefined],
  ['dataTo without a store', push({ dataTo: [{}] }), /storeRef must specify either name or labelSelector/],
  [
    'dataTo with a store without a name',
    dataTo({ storeRef: {} }),
    /storeRef must specify either name or labelSelector/,
  ],
  ['dataTo into one secret', dataTo({ remoteKey: 'all' }), undefined],
  [
    'dataTo into one secret with names',
    dataTo({ remoteKey: 'all', rewrite: [{ regexp }] }),
    /mutually exclusive/,
  ],
  ['a rewrite of nothing', dataTo({ rewrite: [{}] }), /exactly one of regexp or transform must be set/],
  [
    'a rewrite of both',
    dataTo({ rewrite: [{ regexp, transform: { template: 'x' } }] }),
    /exactly one of regexp or transform must be set/,
  ],
  ['a template', push({ template: { data: { a: '{{ .b }}' } } }), undefined],
];
