import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

/** Whose content is Kubernetes' or the user's own to say, although the chart has something in them. */
const open = new Set(['resources', 'strategy', 'podSecurityContext', 'securityContext', 'spec', 'global']);
/** Numbers that may also be percentages. */
const numbersOrTexts = new Set(['minAvailable']);

interface Value {
  readonly path: string;
  readonly key: string;
  /** The comment above it, without its `--`. */
  readonly text: string;
  readonly value: unknown;
  readonly children: readonly Value[];
}

/** JSON schema (draft 7) of the chart's values, from its defaults: whatever name they lack is refused. */
export function valuesSchema(text: string): object {
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...objectSchema(valuesOf(text), 'closed') };
}

/** The page that lists the chart's values with their defaults. */
export function valuesPage(text: string): string {
  const rows = leaves(valuesOf(text)).map(({ path, value, text: said }) => {
    const initial = value === undefined ? '' : `\`${JSON.stringify(value)}\``;
    return `| \`${path}\` | ${initial} | ${said.replaceAll('|', '\\|')} |`;
  });
  return [
    '<!-- Made by "npm run generate" from deploy/chart/values.yaml; a test compares the two. -->',
    '',
    '# Values of the chart',
    '',
    'Names that the chart of External Secrets Operator has mean the same here. Others of its names are refused, never ignored.',
    '',
    '| value | default | what it does |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function valuesOf(text: string): Value[] {
  const { contents } = parseDocument(text);
  if (!isMap(contents)) throw new TypeError('values.yaml has to be a map');
  return entriesOf(contents, '');
}

function entriesOf(map: YAMLMap, above: string): Value[] {
  return map.items.map((pair, index) => {
    if (!isScalar(pair.key)) throw new TypeError('keys of values.yaml have to be plain');
    const key = String(pair.key.value);
    const path = above === '' ? key : `${above}.${key}`;
    // What stands above the first key of a map belongs, to the parser, to the map.
    const comment = pair.key.commentBefore ?? (index === 0 ? map.commentBefore : undefined) ?? '';
    const said = comment
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('-- '));
    return {
      path,
      key,
      text: said.map((line) => line.slice(3)).join(' '),
      value: isMap(pair.value) ? pair.value.toJSON() : (pair.value as { toJSON(): unknown }).toJSON(),
      children: isMap(pair.value) ? entriesOf(pair.value, path) : [],
    };
  });
}

/** Values that are listed: one by one, or whole where the content is not ours. */
function leaves(values: readonly Value[]): Value[] {
  return values.flatMap((value) =>
    value.children.length === 0 || (open.has(value.key) && value.key !== 'global')
      ? [value]
      : [...(value.text === '' ? [] : [{ ...value, value: undefined }]), ...leaves(value.children)],
  );
}

function objectSchema(values: readonly Value[], names: 'closed' | 'open'): object {
  return {
    type: 'object',
    ...(names === 'closed' ? { additionalProperties: false } : {}),
    properties: Object.fromEntries(values.map((value) => [value.key, schemaOf(value)])),
  };
}

function schemaOf({ key, text, value, children }: Value): object {
  const description = text === '' ? {} : { description: text };
  if (children.length > 0)
    return { ...description, ...objectSchema(children, open.has(key) ? 'open' : 'closed') };
  if (numbersOrTexts.has(key)) return { ...description, type: ['integer', 'string'] };
  const [, options] = /One of: (.*)\.$/.exec(text) ?? [];
  if (options !== undefined) return { ...description, enum: options.split(', ') };
  return { ...description, type: typeOf(value) };
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? 'integer' : typeof value;
}
