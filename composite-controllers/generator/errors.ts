/** The one table of what can be wrong with a generator before it is used. What its use comes to is a ProviderError. */
export const generatorErrors = {
  Missing: {
    message: 'unable to get generator: it does not exist',
    advice:
      'create the generator in this namespace (a ClusterGenerator: in the cluster), or correct generatorRef',
  },
  Unreadable: {
    message: 'unable to get generator: the Kubernetes API did not let the hook read it',
    advice: 'install the CRDs of generators, and allow the hook to get them',
  },
  Group: {
    message: 'unable to get generator: apiVersion is none of generators.external-secrets.io',
    advice: 'write apiVersion: generators.external-secrets.io/v1alpha1, or leave it out',
  },
  NotBuilt: {
    message: 'this version of Keyhook has no such generator',
    advice: 'see the table of generators in the README',
  },
  Untracked: {
    message: 'what was generated could not be noted in a GeneratorState, and was taken back',
    advice: 'install the CRD of GeneratorStates, and allow the hook to create them',
  },
  Invalid: {
    message: 'the specification of the generator is not valid',
    advice: 'correct the fields of the generator that are named',
  },
} as const;

export type GeneratorErrorCode = keyof typeof generatorErrors;

/** Why a generator cannot be used: a code of {@link generatorErrors}, and our own words. */
export interface GeneratorFailure {
  readonly code: GeneratorErrorCode;
  readonly detail?: string;
}
