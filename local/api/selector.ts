import type { KubeObject } from '../../composite-controllers/lib/objects.ts';
import { badRequest } from './errors.ts';
import { at, member } from './json.ts';

/** Whether an object is selected. */
export type Selector = (object: KubeObject) => boolean;

const everything: Selector = () => true;

/** A label selector in its string form, equality- and set-based. Throws 400 for what does not parse. */
export function parseLabelSelector(text: string | undefined): Selector {
  if (text === undefined || text.trim() === '') return everything;
  const requirements = split(text).map(parseRequirement);
  return ({ metadata }) => requirements.every((holds) => holds(metadata.labels));
}

const everyKind = ['metadata.name', 'metadata.namespace'];

/** A field selector over name, namespace and the kind's own selectable fields. Throws 400 for any other field. */
export function parseFieldSelector(text: string | undefined, selectable: readonly string[] = []): Selector {
  if (text === undefined || text.trim() === '') return everything;
  const terms = text.split(',').map((term) => {
    const [, field = '', operator = '', value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
    if (operator === '') throw badRequest(`invalid field selector: ${text}`);
    if (!everyKind.includes(field) && !selectable.includes(field))
      throw badRequest(`field label not supported: ${field}`);
    return { path: field.split('.'), wanted: operator !== '!=', value };
  });
  return (object) =>
    terms.every(({ path, wanted, value }) => (String(at(object, ...path) ?? '') === value) === wanted);
}

/** Splits at the commas outside of parentheses. */
function split(text: string): string[] {
  return text.split(/,(?![^()]*\))/).map((term) => term.trim());
}

type Requirement = (labels: Record<string, string> | undefined) => boolean;

const key = '([A-Za-z0-9][-A-Za-z0-9_./]*)';

function parseRequirement(text: string): Requirement {
  const set = new RegExp(`^${key}\\s+(in|notin)\\s*\\(([^()]*)\\)$`).exec(text);
  if (set) {
    const [, name = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => {
      const value = member(labels, name);
      const among = value !== undefined && values.includes(String(value));
      return operator === 'in' ? among : !among;
    };
  }
  const comparison = new RegExp(`^${key}\\s*(==|=|!=|<|>)\\s*([-A-Za-z0-9_.]*)$`).exec(text);
  if (comparison) {
    const [, name = '', operator, value = ''] = comparison;
    if (operator === '<' || operator === '>') return compareNumbers(name, operator, value);
    return (labels) => (member(labels, name) === value) === (operator !== '!=');
  }
  const exists = new RegExp(`^(!?)\\s*${key}$`).exec(text);
  if (!exists) throw badRequest(`unable to parse requirement: ${text}`);
  const [, not, name = ''] = exists;
  return (labels) => (member(labels, name) !== undefined) === (not === '');
}

function compareNumbers(name: string, operator: '<' | '>', text: string): Requirement {
  const limit = Number(text);
  if (text === '' || !Number.isInteger(limit))
    throw badRequest(`for 'Gt', 'Lt' operators, the value must be an integer`);
  return (labels) => {
    const label = member(labels, name);
    const value = Number(label);
    if (label === undefined || label === '' || !Number.isInteger(value)) return false;
    return operator === '<' ? value < limit : value > limit;
  };
}
