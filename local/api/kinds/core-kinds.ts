import { type FieldError, invalidValue, notCovered, tooLong } from '../errors.ts';
import { at, type JsonObject, member, put } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { defineKind, type Kind, wholeObject } from './kind.ts';
import { validateCoreFinalizers } from './metadata.ts';
import { entries, maxDataBytes, secrets, validateDataKey, validateImmutable } from './secret.ts';

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };
const unknown: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

function core(
  properties: Readonly<Record<string, Schema>>,
  rest: Pick<Kind, 'resource' | 'kind'> & Partial<Kind>,
): Kind {
  return defineKind({
    group: '',
    origin: 'builtin',
    versions: [{ name: 'v1', served: true, schema: wholeObject({ properties }) }],
    features: new Set(['unconditionalUpdate']),
    ...rest,
    validate: (object, live) => [
      ...validateCoreFinalizers(object.metadata as JsonObject),
      ...(rest.validate?.(object, live) ?? []),
    ],
  });
}

const configMaps = core(
  {
    data: { type: 'object', additionalProperties: text },
    binaryData: { type: 'object', additionalProperties: { type: 'string', format: 'byte' } },
    immutable: flag,
  },
  {
    resource: 'configmaps',
    kind: 'ConfigMap',
    shortNames: ['cm'],
    validate: (configMap, live) => {
      const [data, binary] = [entries(configMap.data), entries(configMap.binaryData)];
      const bytes = [
        ...data.map(([, value]) => Buffer.byteLength(value)),
        ...binary.map(([, value]) => Buffer.byteLength(value, 'base64')),
      ].reduce((sum, size) => sum + size, 0);
      const twice = data.filter(([key]) => member(configMap.binaryData, key) !== undefined);
      return [
        ...(live ? validateImmutable(configMap, live, ['data', 'binaryData']) : []),
        ...data.flatMap(([key]) => validateDataKey('data', key)),
        ...binary.flatMap(([key]) => validateDataKey('binaryData', key)),
        ...twice.map(([key]) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
        ...(bytes > maxDataBytes ? [tooLong('', maxDataBytes)] : []),
      ];
    },
  },
);

const reference: Schema = {
  type: 'object',
  'x-kubernetes-map-type': 'atomic',
  properties: {
    apiVersion: text,
    fieldPath: text,
    kind: text,
    name: text,
    namespace: text,
    resourceVersion: text,
    uid: text,
  },
};

const serviceAccounts = core(
  {
    automountServiceAccountToken: flag,
    imagePullSecrets: { type: 'array', items: { ...reference, properties: { name: text } } },
    secrets: {
      type: 'array',
      items: reference,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
  },
  {
    resource: 'serviceaccounts',
    kind: 'ServiceAccount',
    shortNames: ['sa'],
    features: new Set(['unconditionalUpdate', 'returnsDeleted']),
  },
);

const nameLabel = 'kubernetes.io/metadata.name';

const namespaces = core(
  {
    spec: { type: 'object', properties: { finalizers: { type: 'array', items: text } } },
    status: { type: 'object', properties: { phase: text, conditions: { type: 'array', items: unknown } } },
  },
  {
    resource: 'namespaces',
    kind: 'Namespace',
    shortNames: ['ns'],
    namespaced: false,
    names: 'label',
    features: new Set(['unconditionalUpdate', 'returnsDeleted']),
    reset: ['spec', 'status'],
    empty: { spec: {}, status: {} },
    complete: (object) => {
      const metadata = object.metadata as JsonObject;
      const { name } = metadata;
      if (name === undefined) return object;
      const labels = { ...(metadata.labels as JsonObject | undefined), [nameLabel]: name };
      return put(object, 'metadata', { ...metadata, labels });
    },
    initialise: (object) => ({
      ...object,
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    }),
  },
);

const emptyEvent = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};

const events = core(
  {
    involvedObject: reference,
    related: reference,
    reason: text,
    message: text,
    action: text,
    type: text,
    count: { type: 'integer' },
    source: { type: 'object', properties: { component: text, host: text } },
    firstTimestamp: time,
    lastTimestamp: time,
    eventTime: unknown,
    series: unknown,
    reportingComponent: text,
    reportingInstance: text,
  },
  {
    resource: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    empty: emptyEvent,
    complete: (event) => ({ ...emptyEvent, ...(event.count === 0 ? put(event, 'count', undefined) : event) }),
    validate: (event): FieldError[] => {
      if (event.eventTime || event.series) throw notCovered('Events with eventTime or series');
      const about = at(event, 'involvedObject', 'namespace') ?? '';
      const here = at(event, 'metadata', 'namespace');
      if (about === here || (about === '' && here === 'default')) return [];
      return [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')];
    },
  },
);

/** The kinds of the core group that the store knows. */
export const coreKinds: readonly Kind[] = [secrets, configMaps, serviceAccounts, namespaces, events];
