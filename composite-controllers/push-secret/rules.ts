import type { Problem } from '../../providers/kit/provider.ts';
import { parseDuration } from '../lib/duration.ts';
import type { KubeObject } from '../lib/objects.ts';
import { rewriteProblems, selectorProblems, tried } from '../lib/problems.ts';
import { compileRegex } from '../lib/regex.ts';
import { templateProblems } from '../secret-template/rules.ts';
import type { Delimiters } from '../template/parse/scanner.ts';
import { compile } from '../validator.ts';
import { type PushSecretSpec, pushSecretSpec, type StoreRef } from './schema.ts';

const check = compile(pushSecretSpec);

/**
 * Everything that is wrong with a specification, whoever asks: the hook, admission, or a file in CI (spec core 3.3 no. 2;
 * what ESO finds out at a push comes after). Pure.
 */
export function pushProblems(spec: unknown, delimiters: Delimiters): readonly Problem[] {
  const shape = check(spec);
  return shape.length > 0 ? shape : rules.flatMap((rule) => rule(spec as PushSecretSpec, delimiters));
}

/** {@link pushProblems} of a PushSecret. */
export function pushSecretProblems({ spec }: KubeObject, delimiters: Delimiters): readonly Problem[] {
  return pushProblems(spec, delimiters);
}

const rules: readonly ((spec: PushSecretSpec, delimiters: Delimiters) => readonly Problem[])[] = [
  interval,
  storeRefs,
  source,
  dataTo,
  ({ template }, delimiters) =>
    template === undefined ? [] : templateProblems(template, 'template', delimiters),
];

function interval({ refreshInterval }: PushSecretSpec): readonly Problem[] {
  return refreshInterval === undefined ? [] : tried('.refreshInterval', () => parseDuration(refreshInterval));
}

function storeRefs({ secretStoreRefs }: PushSecretSpec): readonly Problem[] {
  return secretStoreRefs.flatMap((ref, index) => {
    const path = `secretStoreRefs[${index}]`;
    if (!ref.name && ref.labelSelector === undefined)
      return [{ path, message: 'must have name or labelSelector' }];
    return refProblems(ref, path);
  });
}

function refProblems({ labelSelector }: StoreRef, path: string): readonly Problem[] {
  return labelSelector === undefined ? [] : selectorProblems(labelSelector, `${path}.labelSelector`);
}

function source({ selector: { secret } }: PushSecretSpec): readonly Problem[] {
  if (secret === undefined) return [];
  if (!secret.name && secret.selector === undefined)
    return [{ path: 'selector.secret', message: 'must have name or selector' }];
  return secret.selector === undefined ? [] : selectorProblems(secret.selector, 'selector.secret.selector');
}

function dataTo({ dataTo = [], secretStoreRefs }: PushSecretSpec): readonly Problem[] {
  return dataTo.flatMap(({ storeRef, match, rewrite = [], remoteKey }, index): Problem[] => {
    const path = `dataTo[${index}]`;
    if (storeRef === undefined) return [{ path: '', message: `${path}: storeRef is required` }];
    if (!storeRef.name && storeRef.labelSelector === undefined)
      return [{ path: '', message: `${path}: storeRef must have name or labelSelector` }];
    // One that only a selector matches does not count: it may be gone tomorrow (spec core 3.3 no. 2).
    const isListed =
      !storeRef.name ||
      secretStoreRefs.some(({ name, kind }) => name === storeRef.name && kind === storeRef.kind);
    return [
      ...(isListed
        ? []
        : [{ path: '', message: `${path}: storeRef "${storeRef.name}" not found in secretStoreRefs` }]),
      ...refProblems(storeRef, `${path}.storeRef`),
      ...(match?.regexp === undefined
        ? []
        : tried(`${path}.match.regexp`, () => compileRegex(match.regexp ?? ''))),
      ...rewriteProblems(rewrite, `${path}.rewrite`),
      ...rewrite.flatMap(({ regexp, transform }, place) =>
        (regexp === undefined) === (transform === undefined)
          ? [{ path: `${path}.rewrite[${place}]`, message: 'exactly one of regexp or transform must be set' }]
          : [],
      ),
      ...(remoteKey !== undefined && rewrite.length > 0
        ? [{ path, message: 'remoteKey and rewrite are mutually exclusive' }]
        : []),
    ];
  });
}
