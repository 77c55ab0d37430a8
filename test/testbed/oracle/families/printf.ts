import { dict } from '../../../../composite-controllers/template/values/value.ts';
import { type Family, templateCase } from '../case.ts';
import type { Random } from '../random.ts';
import * as pools from './pools.ts';

const verbs = [...'vvvvdsqxXeEfFgGtTcUboOwz!%'];

function directive(random: Random): string {
  const flags = random.some(3, () => random.pick([...'#0+- '])).join('');
  const index = () =>
    random.once(12) ? `[${random.pick(['1', '2', '3', '0', '9', 'x', ''])}${random.once(8) ? '' : ']'}` : '';
  const width = random.once(3) ? (random.once(8) ? '*' : String(random.below(15))) : '';
  const precision = random.once(4) ? `.${random.once(8) ? '*' : random.once(5) ? '' : random.below(12)}` : '';
  return `%${flags}${index()}${width}${precision}${index()}${random.once(60) ? '' : random.pick(verbs)}`;
}

/** Formats with arguments that do and do not fit; `%p` would print addresses. */
export const printf: Family = (random) => {
  const parts = random.some(4, () => (random.once(4) ? pools.text(random) : directive(random)));
  const values = random.some(4, () => pools.any(random));
  const entries = values.map((value, index) => [`p${index}`, value] as const);
  const args = values.map((_, index) => ` .p${index}`).join('');
  const template = `{{ printf ${pools.literal(random, parts.join('').replaceAll('p', 'P'))}${args} }}`;
  return templateCase({ template, data: dict(entries) });
};
