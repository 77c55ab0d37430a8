import { createHash } from 'node:crypto';
import { generatorErrors } from '../generator/errors.ts';
import type { Generations } from '../generator/generations.ts';
import { rfc3339 } from '../lib/conditions.ts';
import { refreshIdAnnotation, renewAtAnnotation } from '../lib/names.ts';
import type { SecretObject } from '../lib/objects.ts';
import { momentOf } from '../lib/refresh-time.ts';
import { encodeData } from '../lib/secret-data.ts';
import type { PushFailure } from './errors.ts';
import type { World } from './world.ts';

/*
 * A generated value exists once. Were it only in this process, a crash between two stores would leave one value in the
 * first and another in the second. So it is written into a Secret of the PushSecret's own before anything is pushed, pushed
 * out of that Secret, and the Secret goes when the status has recorded the push.
 */

/** What the generator of a PushSecret comes to. */
export type Generated =
  /** The Secret has been seen: its values can be pushed. */
  | { readonly kind: 'seen'; readonly secret: SecretObject }
  /** The Secret that is to be written first. */
  | { readonly kind: 'made'; readonly child: SecretObject }
  | { readonly kind: 'failed'; readonly failure: PushFailure }
  | { readonly kind: 'otherClass' }
  | { readonly kind: 'again'; readonly seconds: number };

/** The Secret with the values for one push, whose id it carries: the same in every pass for it. */
export async function generatedSource(
  world: World,
  id: string,
  { generations, signal }: { readonly generations: Generations; readonly signal: AbortSignal },
): Promise<Generated> {
  const { uid, namespace, name, spec, generated } = world;
  const ref = spec.selector.generatorRef;
  if (ref === undefined) throw new Error('a generator is asked for that the spec does not name');
  if (generated?.metadata.annotations?.[refreshIdAnnotation] === id)
    return { kind: 'seen', secret: generated };
  const made = await generations.take({
    owner: { apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret', uid, namespace, name },
    id,
    entry: '__pushsecret',
    ref,
    signal,
  });
  switch (made.kind) {
    case 'otherClass':
      return made;
    case 'unusable': {
      const { code, detail } = made.failure;
      const { message, advice } = generatorErrors[code];
      const what = detail === undefined ? message : `${message}: ${detail}`;
      return { kind: 'failed', failure: { code: 'GeneratorFailed', detail: what, advice, cause: code } };
    }
    case 'failed': {
      const { error } = made;
      if (error.retry === 'busy') return { kind: 'again', seconds: 2 };
      const detail = `error using generator: ${error.message}`;
      return {
        kind: 'failed',
        failure: { code: 'GeneratorFailed', detail, advice: error.advice, cause: error.code },
      };
    }
    case 'values':
      return {
        kind: 'made',
        child: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: {
            name: generatedName(uid),
            namespace,
            annotations: {
              [refreshIdAnnotation]: id,
              ...(made.renewAt === undefined ? {} : { [renewAtAnnotation]: rfc3339(made.renewAt) }),
            },
          },
          data: encodeData(made.values),
        },
      };
  }
}

/** Name of the Secret that holds what was generated; of a PushSecret's own, whatever that is called. */
export function generatedName(uid: string): string {
  return `keyhook-push-${createHash('sha256').update(uid).digest('hex').slice(0, 16)}`;
}

/** When the values have to be made anew, in ms. */
export function renewAtOf(secret: SecretObject | undefined): number | undefined {
  return momentOf(secret?.metadata.annotations?.[renewAtAnnotation]);
}
