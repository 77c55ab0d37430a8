import { type Credentials, type SecretKeySelector, secretText } from './credentials.ts';
import type { Reference, StoreScope } from './provider.ts';
import { secretReference } from './references.ts';
import { type Rule, selectorRules } from './rules.ts';
import { K } from './schema.ts';

/** A part of a credential that stands in the store itself, or in a Secret. */
export interface ValueOrRef {
  readonly value?: string;
  readonly secretRef?: SecretKeySelector;
}

/** Its schema. */
export function valueOrRef(description: string) {
  return K.object(description, {
    value: K.optional(K.string('The text itself.')),
    secretRef: K.optional(K.secretKeySelector('Secret key that holds the text.')),
  });
}

/** The Secret that it names, if it names one. */
export function valueOrRefReferences(given: ValueOrRef | undefined, path: string): Reference[] {
  return given?.secretRef === undefined ? [] : [secretReference(given.secretRef, `${path}.secretRef`)];
}

/** Text of it, without blanks around what a Secret holds. Throws what `secretText` throws. */
export async function readValueOrRef(
  { value = '', secretRef }: ValueOrRef,
  credentials: Credentials,
): Promise<string> {
  return secretRef === undefined ? value : secretText(credentials, secretRef);
}

/** One of the two has to be there; the reference of a ClusterSecretStore names its namespace, as ESO demands of these providers. */
export function valueOrRefRules(given: ValueOrRef | undefined, path: string, scope: StoreScope): Rule[] {
  const { value, secretRef } = given ?? {};
  return [
    [Boolean(value) === (secretRef !== undefined), path, 'needs either value or secretRef'],
    ...(secretRef === undefined
      ? []
      : selectorRules(secretRef, `${path}.secretRef`, scope, { strict: true })),
  ];
}
