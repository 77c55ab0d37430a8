import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { RE2JS } from 're2js';
import type { TSchema } from 'typebox';
import type { Problem } from '../providers/kit/provider.ts';

const maxProblems = 20;

/** Patterns run as in the API server: in RE2, whose time is linear in the text. */
const regExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // ajv tells patterns apart by their toString.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'RE2' },
);

const dateTime = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * ajv as the API server would have it: nothing is converted, filled in or removed. `strictTypes` is off since an
 * int-or-string has no `type`.
 */
const ajv = new Ajv({
  strict: true,
  strictTypes: false,
  allErrors: true,
  validateSchema: false,
  code: { regExp },
});
ajv.addFormat('date-time', (text) => dateTime.test(text) && !Number.isNaN(Date.parse(text)));
ajv.addFormat('byte', (text) => {
  const packed = text.replace(/[\r\n]/g, '');
  return packed.length % 4 === 0 && base64.test(packed);
});
ajv.addFormat('int32', { type: 'number', validate: (value) => value === (value | 0) });
ajv.addFormat('int64', { type: 'number', validate: (value) => Math.abs(value) <= 2 ** 63 });
ajv.addKeyword({
  keyword: 'x-kubernetes-int-or-string',
  schema: false,
  error: { message: 'must be an integer or a string' },
  validate: (value: unknown) => typeof value === 'string' || Number.isInteger(value),
});
ajv.addVocabulary([
  'x-kubernetes-map-type',
  'x-kubernetes-preserve-unknown-fields',
  // CEL is the API server's business: what must hold without it is checked again where it is used.
  'x-kubernetes-validations',
]);

/**
 * Compiles a schema of `providers/kit/schema.ts` to a pure check. The returned function gives at most 20 problems,
 * each with a path such as `data[0].secretKey` and a message that names the rule, never the value. The work is done
 * when it is first called: a start need not wait for what is not asked yet.
 */
export function compile(schema: TSchema): (value: unknown) => Problem[] {
  let validate: ValidateFunction | undefined;
  return (value) => {
    validate ??= ajv.compile(schema);
    return validate(value) ? [] : (validate.errors ?? []).slice(0, maxProblems).map(problem);
  };
}

function problem(error: ErrorObject): Problem {
  const path = error.instancePath.split('/').slice(1).map(unescaped);
  if (error.keyword === 'required') {
    return { path: dotted([...path, error.params.missingProperty]), message: 'is required' };
  }
  // ajv's own messages quote the schema only.
  const allowed = error.keyword === 'enum' ? `: ${error.params.allowedValues.join(', ')}` : '';
  return { path: dotted(path), message: `${error.message}${allowed}` };
}

const unescaped = (segment: string) => segment.replaceAll('~1', '/').replaceAll('~0', '~');

const dotted = (path: readonly string[]) =>
  path
    .map((segment, i) => (/^\d+$/.test(segment) ? `[${segment}]` : `${i === 0 ? '' : '.'}${segment}`))
    .join('');
