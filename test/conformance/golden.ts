/**
 * How a provider reads JSON (spec providers 1.5, 1.6). `vault-v1` and `vault-v2` differ because version 2 of the KV engine
 * itself rounds numbers to float64 (spec providers 17). `as-written` is `as-given` with numbers that keep their spelling;
 * `decoded` is `as-given` in a document that the backend's client has decoded and written again.
 */
export type Dialect =
  | 'escaped-first'
  | 'as-given-first'
  | 'as-given'
  | 'as-written'
  | 'decoded'
  | 'vault-v1'
  | 'vault-v2';

/** Document D of spec providers 13.1, to the byte. */
export const documentD =
  '{"a.b":"dot","a":{"b":"nest"},"n":null,"i":9007199254740993,"f":1.50,"e":1e3,"t":true,"o":{ "x": 1 },"arr":[1,"two",{"k":"v"}],"s":"","u":"\\u0041\\/","at@x":"y","pipe|k":"p"}';

type PerDialect = string | { readonly [D in Dialect | 'else']?: string };

/** 13.1: property and its value; undefined for one that is missing. */
const properties: readonly [property: string, value: PerDialect | undefined][] = [
  [
    'a.b',
    {
      'as-given-first': 'nest',
      'as-given': 'nest',
      'as-written': 'nest',
      decoded: 'nest',
      else: 'dot',
    },
  ],
  ['a', '{"b":"nest"}'],
  ['n', ''],
  ['i', { 'vault-v2': '9007199254740992', else: '9007199254740993' }],
  ['f', { 'vault-v1': '1.50', 'as-written': '1.50', else: '1.5' }],
  ['e', { 'vault-v1': '1e3', 'as-written': '1e3', else: '1000' }],
  ['t', 'true'],
  ['o', { 'vault-v1': '{"x":1}', 'vault-v2': '{"x":1}', decoded: '{"x":1}', else: '{ "x": 1 }' }],
  ['o.x', '1'],
  ['arr', '[1,"two",{"k":"v"}]'],
  ['arr.#', '3'],
  ['arr.0', '1'],
  ['arr.1', 'two'],
  ['arr.2.k', 'v'],
  ['arr.9', undefined],
  ['zzz', undefined],
  ['s', ''],
  ['u', 'A/'],
  ['at@x', 'y'],
  ['pipe|k', { 'vault-v1': 'p', 'vault-v2': 'p' }],
  ['pipe\\|k', 'p'],
];

/** The properties of {@link documentD} and what they are worth in a dialect. */
export function propertiesOfD(dialect: Dialect): [property: string, value: string | undefined][] {
  return properties.map(([property, value]) => [
    property,
    typeof value === 'object' ? (value[dialect] ?? value.else) : value,
  ]);
}

/** 13.2: the keys that {@link documentD} is extracted to. */
export function keysOfD(dialect: Dialect): Record<string, string> {
  const decoded = isDecoded(dialect);
  return {
    'a.b': 'dot',
    a: '{"b":"nest"}',
    n: '',
    i: decoded ? '9007199254740992' : '9007199254740993',
    f: decoded ? '1.5' : '1.50',
    e: decoded ? '1000' : '1e3',
    t: 'true',
    o: decoded ? '{"x":1}' : '{ "x": 1 }',
    arr: '[1,"two",{"k":"v"}]',
    s: '',
    u: 'A/',
    'at@x': 'y',
    'pipe|k': 'p',
  };
}

/** What the whole of {@link documentD} reads as. */
export function wholeOfD(dialect: Dialect): string {
  if (!isDecoded(dialect)) return documentD;
  const [e, f, i] =
    dialect !== 'vault-v2' ? ['1e3', '1.50', '9007199254740993'] : ['1000', '1.5', '9007199254740992'];
  return `{"a":{"b":"nest"},"a.b":"dot","arr":[1,"two",{"k":"v"}],"at@x":"y","e":${e},"f":${f},"i":${i},"n":null,"o":{"x":1},"pipe|k":"p","s":"","t":true,"u":"A/"}`;
}

function isDecoded(dialect: Dialect): boolean {
  return dialect === 'vault-v1' || dialect === 'vault-v2' || dialect === 'decoded';
}

/** Numbers, one of them of 19 digits, and the other scalars. */
export const documentN = '{"i":1234567890123456789,"neg":-42,"f":1.50,"no":false,"yes":true,"n":null}';

/** What {@link documentN} reads as: each property, and the keys that it is extracted to. */
export function readingsOfN(dialect: Dialect): Record<'values' | 'keys', Record<string, string>> {
  const [exact, rounded] = ['1234567890123456789', '1234567890123456800'];
  const keepsText = dialect === 'vault-v1' || dialect === 'as-written';
  const others = { neg: '-42', no: 'false', yes: 'true', n: '' };
  return {
    values: { ...others, i: dialect === 'vault-v2' ? rounded : exact, f: keepsText ? '1.50' : '1.5' },
    keys: { ...others, ...(isDecoded(dialect) ? { i: rounded, f: '1.5' } : { i: exact, f: '1.50' }) },
  };
}
