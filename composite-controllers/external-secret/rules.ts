import type { Problem } from '../../providers/kit/provider.ts';
import { ValueError } from '../lib/errors.ts';
import { keyTemplates } from '../lib/key-template.ts';
import { compileRegex } from '../lib/regex.ts';
import { type Delimiters, standardDelimiters } from '../template/parse/scanner.ts';
import { parseTemplate } from '../template/template.ts';
import { faultOf } from '../template/work.ts';
import type { ExternalSecretSpec } from './schema.ts';
import { sectionOf, sourcesOf, type Template } from './template-pieces.ts';

/** Objects with templates that one specification may name: each is read at every refresh. */
const maxSources = 100;

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
  regexes,
  transforms,
  templates,
  sourceCount,
];

/** Everything that is wrong with a specification of the right shape, whoever asks: the hook, admission, or a file in CI. Pure. */
export function ruleProblems(
  spec: ExternalSecretSpec,
  delimiters: Delimiters = standardDelimiters,
): readonly Problem[] {
  return rules.flatMap((rule) => rule(spec, delimiters));
}

/** Problems as one line, the first five of them. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.slice(0, 5).map(describeProblem).join('; ');
}

/** A problem with its whole path. */
export function describeProblem({ path, message }: Problem): string {
  return path === '' ? message : `spec${/^[.[]/.test(path) ? '' : '.'}${path}: ${message}`;
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

function regexes({ dataFrom = [] }: ExternalSecretSpec): Problem[] {
  return dataFrom.flatMap(({ find, rewrite = [] }, index) => {
    const path = `dataFrom[${index}]`;
    return [
      ...(find?.name?.regexp === undefined
        ? []
        : tried(`${path}.find.name.regexp`, () => compileRegex(find.name?.regexp ?? ''))),
      ...rewrite.flatMap(({ regexp }, place) =>
        regexp === undefined
          ? []
          : tried(`${path}.rewrite[${place}].regexp.source`, () => compileRegex(regexp.source)),
      ),
    ];
  });
}

function transforms({ dataFrom = [] }: ExternalSecretSpec): Problem[] {
  return dataFrom.flatMap(({ rewrite = [] }, index) =>
    rewrite.flatMap(({ transform }, place) =>
      transform === undefined
        ? []
        : tried(`dataFrom[${index}].rewrite[${place}].transform.template`, () =>
            keyTemplates(0)(transform.template),
          ),
    ),
  );
}

function tried(path: string, attempt: () => unknown): Problem[] {
  try {
    attempt();
    return [];
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return [{ path, message: error.message }];
  }
}

function templates({ target }: ExternalSecretSpec, delimiters: Delimiters): Problem[] {
  return textsOf(target?.template).flatMap(([path, name, text]) => {
    try {
      parseTemplate(text, { name, missingKey: 'error', delimiters });
      return [];
    } catch (error) {
      const { line, column, message } = faultOf(error);
      return [
        { path: `target.template.${path}`, message: `template "${name}":${line}:${column}: ${message}` },
      ];
    }
  });
}

/** The templates that the specification itself holds: path, name, text. */
function textsOf(template: Template | undefined): [string, string, string][] {
  const { templateFrom = [], data = {}, metadata } = template ?? {};
  const named = (path: string, texts: Readonly<Record<string, string>> = {}) =>
    Object.entries(texts).map(([name, text]): [string, string, string] => [`${path}.${name}`, name, text]);
  return [
    ...templateFrom.flatMap(({ literal }, index): [string, string, string][] =>
      literal === undefined ? [] : [[`templateFrom[${index}].literal`, 'literal', literal]],
    ),
    ...named('data', data),
    ...named('metadata.labels', metadata?.labels),
    ...named('metadata.annotations', metadata?.annotations),
  ];
}

function sourceCount({ target }: ExternalSecretSpec): Problem[] {
  const count = target?.template === undefined ? 0 : sourcesOf(target.template).length;
  return count <= maxSources
    ? []
    : [
        {
          path: 'target.template.templateFrom',
          message: `names ${count} ConfigMaps and Secrets, more than ${maxSources}`,
        },
      ];
}
