import type { Problem } from '../../providers/kit/provider.ts';
import { ValueError } from './errors.ts';
import { keyTemplates } from './key-template.ts';
import { type LabelSelector, matchesSelector } from './label-selector.ts';
import { labelProblem } from './metadata.ts';
import { compileRegex } from './regex.ts';
import type { RewriteOperation } from './rewrite.ts';

/** Problems as one line, the first five of them. */
export function describeProblems(problems: readonly Problem[]): string {
  return problems.slice(0, 5).map(describeProblem).join('; ');
}

/** A problem with its whole path. */
export function describeProblem({ path, message }: Problem): string {
  return path === '' ? message : `spec${/^[.[]/.test(path) ? '' : '.'}${path}: ${message}`;
}

/** The problem of an attempt that throws a {@link ValueError}, at the path. */
export function tried(path: string, attempt: () => unknown): Problem[] {
  try {
    attempt();
    return [];
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return [{ path, message: error.message }];
  }
}

/** What cannot work in the operations of a `rewrite`. */
export function rewriteProblems(operations: readonly RewriteOperation[], path: string): readonly Problem[] {
  return operations.flatMap(({ regexp, transform }, place) => [
    ...(regexp === undefined
      ? []
      : tried(`${path}[${place}].regexp.source`, () => compileRegex(regexp.source))),
    ...(transform === undefined
      ? []
      : tried(`${path}[${place}].transform.template`, () => keyTemplates(0)(transform.template))),
  ]);
}

/** What keeps the API server from using a selector: one that it cannot read would stop every pass. */
export function selectorProblems(selector: LabelSelector, path: string): readonly Problem[] {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const labels: [string, string][] = [
    ...Object.entries(matchLabels),
    ...matchExpressions.flatMap(({ key, values = [''] }) =>
      values.map((value): [string, string] => [key, value]),
    ),
  ];
  const misfits = labels.map(([key, value]) => labelProblem(key, value)).filter((why) => why !== undefined);
  return [
    ...tried(path, () => matchesSelector(selector, undefined)),
    ...misfits.map((why) => ({ path, message: `a label ${why}` })),
  ];
}
