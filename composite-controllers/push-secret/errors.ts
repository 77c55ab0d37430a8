import { describeFailure, type Failure, type FailureRow } from '../lib/failure.ts';

const onSet = 'set secret failed';

/** The one table of the PushSecret's own errors. All of them make Ready=False with reason `Errored`. */
export const pushErrors = {
  PushFailed: { message: onSet, next: 'scheduled' },
  CleanUpFailed: { message: 'Failed to Delete Secrets from Provider', next: 'scheduled' },
  SpecInvalid: {
    message: 'the specification is not valid',
    advice: 'correct the fields named',
    next: 'on-event',
  },
  GeneratorFailed: { message: 'could not get source secret', next: 'scheduled' },
  StoreMissing: {
    message: 'could not get store',
    advice: 'create the store, or correct secretStoreRefs',
    next: 'on-event',
  },
  StoreForbidden: {
    message: `${onSet}: could not get secrets client for store`,
    advice: "add the namespace to the ClusterSecretStore's conditions, or use a store that admits it",
    next: 'on-event',
  },
  KeyForbidden: {
    message: onSet,
    advice: "push to a key that the store's conditions give to this namespace",
    next: 'on-event',
  },
  KeyTaken: {
    message: onSet,
    advice:
      'give one of the two another remoteKey or property; the older one goes on pushing, and when it goes, this one follows',
    next: 'scheduled',
  },
  SourceMissing: {
    message: 'could not get source secret',
    advice: 'create the Secret, or correct spec.selector',
    next: 'on-event',
  },
  SourceKeyMissing: {
    message: onSet,
    advice: 'correct secretKey, or add the key to the Secret or the template',
    next: 'on-event',
  },
  SourceRejected: { message: onSet, advice: 'correct the entries named', next: 'on-event' },
  TemplateFailed: {
    message: 'could not render template',
    advice: 'correct the template (`keyhook template` tries one out); what was pushed stays as it is',
    next: 'scheduled',
  },
  TemplateStopped: {
    message: 'could not render template',
    advice:
      'the templates took too long, or too much memory: call fewer slow functions (keys, password hashes)',
    next: 'scheduled',
  },
  TemplateSource: {
    message: 'could not render template: error fetching templateFrom data',
    advice: 'create the object and the key, or correct templateFrom; what was pushed stays as it is',
    next: 'scheduled',
  },
  TemplateSourceDenied: {
    message: 'could not render template: error fetching templateFrom data',
    advice: 'the hook has to be allowed to get ConfigMaps and Secrets in this namespace',
    next: 'scheduled',
  },
} as const satisfies Record<string, FailureRow>;

export type PushErrorCode = keyof typeof pushErrors;

/** Why a PushSecret is not Ready. */
export type PushFailure = Failure<PushErrorCode>;

/** Message of the Ready condition. */
export function failureMessage(failure: PushFailure): string {
  return describeFailure(pushErrors[failure.code], failure);
}

/** Whether the next attempt is bound to the failure schedule. */
export function isScheduled(failure: PushFailure): boolean {
  return pushErrors[failure.code].next === 'scheduled';
}
