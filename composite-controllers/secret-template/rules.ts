import type { Problem } from '../../providers/kit/provider.ts';
import type { Delimiters } from '../template/parse/scanner.ts';
import { parseTemplate } from '../template/template.ts';
import { faultOf } from '../template/work.ts';
import { sourcesOf } from './pieces.ts';
import type { Template } from './schema.ts';

/** Objects with templates that one specification may name: each is read at every refresh. */
const maxSources = 100;

/** What cannot work in a template, whoever asks; `path` is where it stands in the specification. Pure. */
export function templateProblems(
  template: Template,
  path: string,
  delimiters: Delimiters,
): readonly Problem[] {
  const count = sourcesOf(template).length;
  const unreadable = textsOf(template).flatMap(([place, name, text]) => {
    try {
      parseTemplate(text, { name, missingKey: 'error', delimiters });
      return [];
    } catch (error) {
      const { line, column, message } = faultOf(error);
      return [{ path: `${path}.${place}`, message: `template "${name}":${line}:${column}: ${message}` }];
    }
  });
  const tooMany = `names ${count} ConfigMaps and Secrets, more than ${maxSources}`;
  return [
    ...unreadable,
    ...(count <= maxSources ? [] : [{ path: `${path}.templateFrom`, message: tooMany }]),
  ];
}

/** The templates that the specification itself holds: path, name, text. */
function textsOf({ templateFrom = [], data = {}, metadata }: Template): [string, string, string][] {
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
