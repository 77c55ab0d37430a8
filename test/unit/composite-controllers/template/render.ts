import type { Environment } from '../../../../composite-controllers/template/environment.ts';
import { TemplateError } from '../../../../composite-controllers/template/errors.ts';
import {
  executeTemplate,
  parseTemplate,
  rootOf,
  type TemplateOptions,
} from '../../../../composite-controllers/template/template.ts';

const standard = new Map(
  Object.entries({ user: 'admin', 'pass-word': 's3cret', empty: '', json: '{"n":1234567}' }).map(
    ([name, value]) => [name, Buffer.from(value) as Uint8Array],
  ),
);

/** Time stands still, and what is random counts up. */
export const environment: Environment = {
  now: () => Date.UTC(2024, 1, 29, 12, 34, 56, 789),
  randomBytes: (count) => Uint8Array.from({ length: count }, (_, index) => index),
  generateKey: () => {
    throw new Error('no test of these needs a new key');
  },
};

/** The result of a template with ESO's options over some values. */
export function bytesOf(
  template: string,
  values: ReadonlyMap<string, Uint8Array> = standard,
  options: Partial<TemplateOptions> = {},
): Uint8Array {
  const parsed = parseTemplate(template, { name: 't', missingKey: 'error', ...options });
  return executeTemplate(parsed, rootOf(new Map(values)), environment);
}

/** The result as text. */
export function render(template: string, options: Partial<TemplateOptions> = {}): string {
  return Buffer.from(bytesOf(template, standard, options)).toString();
}

/** The error of a template. */
export function errorOf(template: string, values: ReadonlyMap<string, Uint8Array> = standard): TemplateError {
  try {
    bytesOf(template, values);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`no error from ${template}`);
}
