import { describeFailure, type Failure, type FailureRow } from '../lib/failure.ts';

/** The one table of the ExternalSecret's own errors. All of them make Ready=False with reason `SecretSyncedError`. */
export const syncErrors = {
  FetchFailed: { message: 'could not get secret data from provider', next: 'scheduled' },
  ValueRejected: { message: 'could not get secret data from provider', next: 'scheduled' },
  GenerateFailed: { message: 'could not get secret data from provider', next: 'scheduled' },
  GeneratorUnusable: { message: 'could not get secret data from provider', next: 'scheduled' },
  StoreMissing: {
    message: 'could not get secret data from provider',
    advice: 'create the store, or correct secretStoreRef',
    next: 'on-event',
  },
  StoreNotChecked: {
    message: 'could not get secret data from provider',
    advice: 'nothing for now: the store has not been validated yet',
    next: 'on-event',
  },
  StoreNotReady: {
    message: 'could not get secret data from provider',
    advice: "see the store's own Ready condition",
    next: 'on-event',
  },
  StoreForbidden: {
    message: 'could not get secret data from provider',
    advice: "add the namespace to the ClusterSecretStore's conditions, or use a store that admits it",
    next: 'on-event',
  },
  KeyForbidden: {
    message: 'could not get secret data from provider',
    advice:
      "use a key that remoteKeys of the ClusterSecretStore's conditions gives to the namespace, or add it there",
    next: 'on-event',
  },
  SpecInvalid: {
    message: 'the specification is not valid',
    advice: 'correct the fields named',
    next: 'on-event',
  },
  NotBuilt: {
    message: 'the specification asks for something that this version of Keyhook does not do yet',
    advice: 'the Secret stays as it is; see the table of features in the README',
    next: 'on-event',
  },
  // Of what becomes of a Secret that is not its child an ExternalSecret hears nothing.
  OwnedByOther: {
    message: 'target is owned by another ExternalSecret',
    advice: 'give one of the two another target.name',
    next: 'scheduled',
  },
  OwnedByController: {
    message: 'failed to take ownership of target secret',
    advice: 'another controller owns the Secret: choose another target.name, or remove its owner',
    next: 'scheduled',
  },
  AdoptionOff: {
    message: 'failed to take ownership of target secret',
    advice:
      'the Secret exists and nobody owns it: delete it, choose another target.name, or start with --adopt=always',
    next: 'scheduled',
  },
  TypeImmutable: {
    message: 'could not update secret',
    advice:
      "a Secret's type cannot change: delete the Secret (it is created anew), or choose another target.name",
    next: 'scheduled',
  },
  TargetImmutable: {
    message: 'could not update secret, target is immutable',
    advice: 'the Secret is marked immutable: delete it (it is created anew), or choose another target.name',
    next: 'scheduled',
  },
  KeyRefused: {
    message: 'could not update secret',
    advice: "use rewrite or conversionStrategy: Kubernetes takes letters of ASCII, digits, '-', '.' and '_'",
    next: 'scheduled',
  },
  TooLarge: {
    message: 'could not update secret',
    advice:
      'a Secret holds at most 1 MiB: map fewer or smaller keys, or split them over several ExternalSecrets',
    next: 'scheduled',
  },
  TemplateFailed: {
    message: 'could not update secret',
    advice: 'correct the template (`keyhook template` tries one out); the Secret stays as it is',
    next: 'scheduled',
  },
  TemplateStopped: {
    message: 'could not update secret',
    advice:
      'the templates took too long, or too much memory: call fewer slow functions (keys, password hashes); the Secret stays as it is',
    next: 'scheduled',
  },
  TemplateSource: {
    message: 'could not update secret: error fetching templateFrom data',
    advice: 'create the object and the key, or correct templateFrom; the Secret stays as it is',
    next: 'scheduled',
  },
  TemplateSourceDenied: {
    message: 'could not update secret: error fetching templateFrom data',
    advice: 'the hook has to be allowed to get ConfigMaps and Secrets in this namespace',
    next: 'scheduled',
  },
  GenericOff: {
    message: 'invalid generic target',
    advice: 'start the hook with --unsafe-allow-generic-targets, or leave spec.target.manifest out',
    next: 'on-event',
  },
  GenericKind: {
    message: 'invalid generic target',
    advice:
      'name a kind that the API server serves, in namespaces; for a Secret leave spec.target.manifest out',
    next: 'scheduled',
  },
  GenericDenied: {
    message: 'could not get target resource',
    advice:
      'allow the hook to get, create, patch and (for deletionPolicy Delete) delete objects of this kind',
    next: 'scheduled',
  },
  GenericResult: {
    message: 'could not apply template to manifest',
    advice: 'correct the template or its target path; the object stays as it is',
    next: 'scheduled',
  },
  WriteNotSeen: {
    message: 'could not update secret',
    advice:
      'Metacontroller has not written (or deleted) it: see the SyncError event of this ExternalSecret (quota, admission policy, RBAC)',
    next: 'scheduled',
  },
  WriteRefused: {
    message: 'could not update secret',
    advice: 'the API server refused it: see quota, admission policies, and the rights of the hook',
    next: 'scheduled',
  },
  DeleteNotOwner: {
    message: 'could not delete secret',
    advice: 'set creationPolicy=Owner, or another deletionPolicy',
    next: 'scheduled',
  },
  DynamicApply: {
    message: 'could not update secret',
    advice:
      'Metacontroller runs with dynamic-apply, which copies values into an annotation: start it with --apply-strategy=server-side-apply',
    next: 'on-event',
  },
} as const satisfies Record<string, FailureRow>;

export type SyncErrorCode = keyof typeof syncErrors;

/** Why an ExternalSecret is not Ready. */
export type SyncFailure = Failure<SyncErrorCode>;

/** Message of the Ready condition. */
export function failureMessage(failure: SyncFailure): string {
  return describeFailure(syncErrors[failure.code], failure);
}

/** Whether the next attempt is bound to the failure schedule. */
export function isScheduled(failure: SyncFailure): boolean {
  return syncErrors[failure.code].next === 'scheduled';
}
