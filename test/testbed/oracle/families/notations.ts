import type { Parameter } from '../../../../composite-controllers/template/functions/signature.ts';
import { type Any, dict } from '../../../../composite-controllers/template/values/value.ts';
import type { Random } from '../random.ts';
import * as pools from './pools.ts';

const atoms = [
  'a',
  'b',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '[a-z]',
  '[^a-c]',
  '[[:alpha:]]',
  '\\pL',
  '(?i)x',
  '^',
  '$',
  '\\b',
  '\\B',
  '(a|b)',
  '(?P<n>o)',
  '(?:l)',
  '\\.',
  'foo',
  '\\Q.\\E',
  '\\x41',
  '\\z',
  '\\A',
  '',
  '(',
  '[',
  'é',
  ',',
  ' ',
  '/',
  '(?s).',
  '(?m)^',
  '\\C',
  '(?<m>b)',
  '(?<=a)',
  '(?=b)',
  '(?:a|ab)(?:c|bcd)',
  '\\p{Greek}',
  '[^\\x00-\\x7f]',
  '(?U)a',
  '[\\d\\-x]',
  'x{0}',
  'ſ',
].map(utf8);
const repeats = ['', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{2,}', '{,2}', '**'];

function utf8(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** A regular expression, mostly a valid one. A name for two groups, which Go takes and RE2 itself does not, is not tried. */
export function expression(random: Random): string {
  const sequence = () => random.some(3, () => random.pick(atoms) + random.pick(repeats)).join('');
  const made = random.once(4) ? `${sequence()}|${sequence()}` : sequence();
  return /<([nm])>.*<\1>/s.test(made) ? 'o' : made;
}

const number = (random: Random) =>
  random.once(25)
    ? random.pick(['01', '18446744073709551616', '4294967296', ''])
    : random.pick(['0', '1', '2', '3', '10', '7']);

/** A version, mostly a valid one. */
export function version(random: Random): string {
  const parts = [number(random), ...random.some(random.once(9) ? 3 : 2, () => number(random))].join('.');
  const pre = random.once(3)
    ? `-${random.pick(random.once(9) ? ['01', 'a..b', ''] : ['alpha', 'alpha.1', 'beta', 'rc.2', '1', 'x-y', 'alpha.beta'])}`
    : '';
  const metadata = random.once(5)
    ? `+${random.pick(random.once(9) ? ['', 'é'] : ['build', '5', 'a.b'])}`
    : '';
  return (
    (random.once(25) ? random.pick(['V', ' ', 'x']) : random.pick(['', '', '', 'v'])) + parts + pre + metadata
  );
}

/** A constraint of versions, mostly a valid one. */
export function constraint(random: Random): string {
  const one = () => {
    const parts = [
      number(random),
      ...random.some(2, () => random.pick(['x', 'X', '*', number(random), number(random)])),
    ].join('.');
    const exact = random.once(3)
      ? parts
      : random.pick([
          '1',
          '1.2',
          '1.2.3',
          '0.2.3',
          '0.0.3',
          '0.0',
          '0',
          '2.x',
          '*',
          '1.2.3-beta',
          '1-2',
          '1|2',
        ]);
    const space = random.pick(['', '', ' ']);
    if (random.once(8)) return `${exact} - ${random.pick(['2', '1.9.x', '3.0.0', parts])}`;
    return (
      random.pick(['', '=', '!=', '>', '<', '>=', '=>', '<=', '=<', '~', '~>', '^', '==', '!']) +
      space +
      exact
    );
  };
  const all = [one(), ...random.some(2, one)];
  return all.join(random.pick([', ', ' ', ' || ', '||', ',', '  ']));
}

const urls = ['http', 'HTTPS', '', 'mailto', 'x+y', '1a', ':'];
const hosts = [
  'example.com',
  'user@example.com',
  'u:p@h:80',
  'a%20b@h',
  '[::1]:8080',
  '[fe80::1%25en0]',
  '[::1',
  'h:x',
  'a:b:c',
  'h%41',
  'ex%E4mple',
  '',
  'h ost',
  'a@b@c',
  '[1.2.3.4]',
  'q"uote',
  'h:',
  '[::1%25]',
  'u%2fx:p%3a@h',
  'usér@h',
].map(utf8);
const tails = [
  '',
  '/',
  '/path',
  '/a%2Fb',
  '/a b',
  '/%zz',
  '/p?q=1',
  '?q',
  '?',
  '/x??y',
  '#f',
  '/p#f%20g',
  '/a;b,c',
  '//',
  '///x',
  '/é',
  '/*',
  '/p?q=a b#c#d',
  '/\x01',
].map(utf8);

function url(random: Random): string {
  const scheme = random.pick(urls);
  const authority = random.once(4) ? random.pick(hosts) : `//${random.pick(hosts)}`;
  return (scheme === '' ? '' : `${scheme}:`) + authority + random.pick(tails);
}

/** A URL, or the parts of one. */
export function address(random: Random, parameter: Parameter): Any | undefined {
  if (parameter === 'string') return random.once(6) ? pools.text(random) : url(random);
  if (parameter !== 'map') return undefined;
  const names = ['scheme', 'host', 'path', 'query', 'opaque', 'fragment', 'userinfo'].filter(
    () => !random.once(3),
  );
  return dict(names.map((name) => [name, part(random, name)] as const));
}

function part(random: Random, name: string): Any {
  if (random.once(40)) return pools.any(random);
  if (name === 'host') return random.pick(hosts);
  if (name === 'userinfo')
    return random.pick(['', 'u', 'u:p', 'a b', 'u/x', 'u@x', 'a:b:c', 'u?x', 'u#x', '%41']);
  return name === 'opaque' && !random.once(4)
    ? ''
    : random.pick([...urls, ...tails.map((tail) => tail.slice(1)), ...tails]);
}
