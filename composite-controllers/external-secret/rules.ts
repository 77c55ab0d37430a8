import type { Problem } from '../../providers/kit/provider.ts';
import { rewriteProblems, tried } from '../lib/problems.ts';
import { compileRegex } from '../lib/regex.ts';
import { sectionOf } from '../secret-template/pieces.ts';
import { templateProblems } from '../secret-template/rules.ts';
import { type Delimiters, standardDelimiters } from '../template/parse/scanner.ts';
import type { ExternalSecretSpec } from './schema.ts';

/** A rule of specifications that have the right shape: what is wrong, in order. */
type Rule = (spec: ExternalSecretSpec, delimiters: Delimiters) => readonly Problem[];

/** In the order of ESO's admission (spec core 1.2), whose words these are; what ESO finds out at a refresh comes after. */
const rules: readonly Rule[] = [
  policies,
  hasEntries,
  privileges,
  templateTargets,
  entriesOfMany,
  duplicateKeys,
  entriesNameStores,
  keys,
  templates,
];

/** Everything that is wrong with a specification of the right shape, whoever asks: the hook, admission, or a file in CI. Pure. */
export function ruleProblems(
  spec: ExternalSecretSpec,
  delimiters: Delimiters = standardDelimiters,
): readonly Problem[] {
  return rules.flatMap((rule) => rule(spec, delimiters));
}

function policies({ target }: ExternalSecretSpec): Problem[] {
  const { creationPolicy = 'Owner', deletionPolicy = 'Retain' } = target ?? {};
  const problems: Problem[] = [];
  if (deletionPolicy === 'Delete' && ['Merge', 'None', 'CreateOrMerge'].includes(creationPolicy)) {
    const message =
      "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner";
    problems.push({ path: 'target', message });
  }
  if (deletionPolicy === 'Merge' && creationPolicy === 'None') {
    const message =
      'deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with';
    problems.push({ path: 'target', message });
  }
  return problems;
}

function hasEntries({ data = [], dataFrom = [] }: ExternalSecretSpec): Problem[] {
  return data.length + dataFrom.length > 0
    ? []
    : [{ path: '', message: 'either data or dataFrom should be specified' }];
}

const serviceAccountToken = 'kubernetes.io/service-account-token';
const bootstrapToken = 'bootstrap.kubernetes.io/token';

/** Secrets that are credentials of the cluster itself (CVE-2026-42876): whoever may write an ExternalSecret would get them. */
function privileges({ target }: ExternalSecretSpec): Problem[] {
  const { type, metadata, templateFrom = [] } = target?.template ?? {};
  const refuse = (what: string): Problem[] => [
    { path: 'target.template', message: `template.type="${type}"${what} is not allowed` },
  ];
  if (type === bootstrapToken) return refuse('');
  if (type !== serviceAccountToken) return [];
  const annotation = 'kubernetes.io/service-account.name';
  return [
    ...(metadata?.annotations?.[annotation] === undefined ? [] : refuse(` with annotation "${annotation}"`)),
    ...(templateFrom.some((from) => sectionOf(from.target ?? '') === 'annotations')
      ? refuse(' with templateFrom target="Annotations"')
      : []),
  ];
}

/** A path would reach what is not the template's: the type, owners, whether it is immutable (ESO 6730, 6735). */
function templateTargets({ target }: ExternalSecretSpec): Problem[] {
  if (!isSecretTarget(target)) return [];
  return (target?.template?.templateFrom ?? []).flatMap((from, index) =>
    sectionOf(from.target ?? '') === undefined
      ? [
          {
            path: `target.template.templateFrom[${index}].target`,
            message: `templateFrom target="${from.target}" is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"`,
          },
        ]
      : [],
  );
}

function isSecretTarget(target: ExternalSecretSpec['target']): boolean {
  const manifest = target?.manifest;
  return manifest === undefined || (manifest.apiVersion === 'v1' && manifest.kind === 'Secret');
}

function entriesOfMany({ dataFrom = [] }: ExternalSecretSpec): Problem[] {
  return dataFrom.flatMap(({ extract, find, sourceRef }, index) => {
    const path = `dataFrom[${index}]`;
    const set = [extract, find, sourceRef?.generatorRef].filter((part) => part !== undefined).length;
    if (set > 1) return [{ path, message: 'extract, find, or generatorRef cannot be set at the same time' }];
    if (set === 0 && sourceRef === undefined)
      return [{ path, message: 'either extract, find, or sourceRef must be set to dataFrom' }];
    if (set === 0 && sourceRef?.storeRef === undefined)
      return [{ path, message: 'generatorRef or storeRef must be set when using sourceRef in dataFrom' }];
    return [];
  });
}

function duplicateKeys({ data = [], target }: ExternalSecretSpec): Problem[] {
  if ((target?.deletionPolicy ?? 'Retain') !== 'Retain') return [];
  const seen = new Set<string>();
  return data.flatMap(({ secretKey }, index) => {
    if (!seen.has(secretKey)) {
      seen.add(secretKey);
      return [];
    }
    return [{ path: `data[${index}].secretKey`, message: `duplicate secretKey found: ${secretKey}` }];
  });
}

function entriesNameStores({ data = [], dataFrom = [], secretStoreRef }: ExternalSecretSpec): Problem[] {
  const nameless = (entries: readonly Pick<(typeof dataFrom)[number], 'sourceRef'>[], field: string) =>
    entries.flatMap(({ sourceRef }, index) =>
      sourceRef?.generatorRef === undefined && !(sourceRef?.storeRef ?? secretStoreRef)?.name
        ? [{ path: `${field}[${index}]`, message: 'names no store' }]
        : [],
    );
  return [...nameless(dataFrom, 'dataFrom'), ...nameless(data, 'data')];
}

function keys({ dataFrom = [] }: ExternalSecretSpec): readonly Problem[] {
  return dataFrom.flatMap(({ find, rewrite = [] }, index) => {
    const path = `dataFrom[${index}]`;
    return [
      ...(find?.name?.regexp === undefined
        ? []
        : tried(`${path}.find.name.regexp`, () => compileRegex(find.name?.regexp ?? ''))),
      ...rewriteProblems(rewrite, `${path}.rewrite`),
    ];
  });
}

function templates({ target }: ExternalSecretSpec, delimiters: Delimiters): readonly Problem[] {
  return target?.template === undefined
    ? []
    : templateProblems(target.template, 'target.template', delimiters);
}
