import { generateKeyPairSync } from 'node:crypto';
import type { Environment } from '../../../../../composite-controllers/template/environment.ts';
import {
  executeTemplate,
  parseTemplate,
  rootOf,
} from '../../../../../composite-controllers/template/template.ts';
import { environment } from '../render.ts';

/** Keys of a size that a test can afford. */
const quick: Environment = {
  ...environment,
  generateKey: (type) =>
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
          format: 'der',
          type: 'pkcs8',
        })
      : generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey.export({
          format: 'der',
          type: 'pkcs8',
        }),
};

/** The result of a template with small new keys; each character is a byte. */
export function renderBytes(template: string, values: Record<string, string | Uint8Array> = {}): string {
  const entries = Object.entries(values).map(
    ([name, value]) => [name, Buffer.from(value as string)] as const,
  );
  const parsed = parseTemplate(template, { name: 't', missingKey: 'error' });
  return Buffer.from(executeTemplate(parsed, rootOf(new Map(entries)), quick)).toString('latin1');
}
