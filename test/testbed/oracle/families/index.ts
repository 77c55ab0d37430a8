import { builtinFunctions } from '../../../../composite-controllers/template/functions/builtin.ts';
import { compareFunctions } from '../../../../composite-controllers/template/functions/compare.ts';
import { dictFunctions } from '../../../../composite-controllers/template/functions/dicts.ts';
import { encodingFunctions } from '../../../../composite-controllers/template/functions/encoding.ts';
import { escapeFunctions } from '../../../../composite-controllers/template/functions/escape.ts';
import { hashFunctions } from '../../../../composite-controllers/template/functions/hashes.ts';
import { jsonFunctions } from '../../../../composite-controllers/template/functions/json.ts';
import { letterFunctions } from '../../../../composite-controllers/template/functions/letters.ts';
import { listFunctions } from '../../../../composite-controllers/template/functions/lists.ts';
import { mathFunctions } from '../../../../composite-controllers/template/functions/math.ts';
import { pathFunctions } from '../../../../composite-controllers/template/functions/paths.ts';
import { reflectFunctions } from '../../../../composite-controllers/template/functions/reflect.ts';
import { regexFunctions } from '../../../../composite-controllers/template/functions/regex.ts';
import { semverFunctions } from '../../../../composite-controllers/template/functions/semver.ts';
import { stringFunctions } from '../../../../composite-controllers/template/functions/strings.ts';
import { urlFunctions } from '../../../../composite-controllers/template/functions/urls.ts';
import type { Family } from '../case.ts';
import { callsOf } from './calls.ts';
import { crypto, decryption, passwords } from './crypto.ts';
import { dates } from './dates.ts';
import { engine } from './engine.ts';
import { gjson } from './gjson.ts';
import { address, constraint, expression, version } from './notations.ts';
import * as pools from './pools.ts';
import { printf } from './printf.ts';
import { programs } from './programs.ts';
import { rewrite } from './rewrite.ts';
import { syntax } from './syntax.ts';
import { decode, duration, hash, match, object } from './values.ts';
import { content, fromYaml, toYaml } from './yaml.ts';

interface Entry {
  readonly make: Family;
  /** The part of the wanted cases that a family runs whose cases take long; 1 by default. */
  readonly share?: number;
}

/** All families by name. */
export const families: Readonly<Record<string, Entry>> = {
  engine: { make: engine },
  programs: { make: programs },
  syntax: { make: syntax },
  printf: { make: printf },
  builtins: { make: callsOf({ ...builtinFunctions, ...escapeFunctions, ...compareFunctions }) },
  strings: { make: callsOf(stringFunctions) },
  letters: {
    // At the ends of int64 the library's own sums overflow.
    make: callsOf(letterFunctions, (random, parameter) =>
      parameter === 'int' ? BigInt(random.below(24) - 4) : undefined,
    ),
  },
  math: {
    // Go would make series of any length.
    make: callsOf(
      mathFunctions,
      (random, _, __, name) => (/until|seq/.test(name) ? BigInt(random.below(300) - 100) : undefined),
      ['randInt'],
    ),
  },
  lists: {
    // A negative size of chunk gives nonsense in Go, or a panic; ours is always an error.
    make: callsOf(listFunctions, (random, parameter, index, name) => {
      if (/chunk/i.test(name) && index === 0) return BigInt(random.below(5));
      return parameter === 'any' && !random.once(3) ? pools.anyList(random) : undefined;
    }),
  },
  dicts: { make: callsOf(dictFunctions) },
  reflect: { make: callsOf(reflectFunctions) },
  json: { make: callsOf(jsonFunctions) },
  encoding: { make: callsOf(encodingFunctions) },
  paths: { make: callsOf(pathFunctions) },
  regex: {
    make: callsOf(regexFunctions, (random, parameter, index) =>
      parameter === 'string' && index === 0 ? expression(random) : undefined,
    ),
  },
  semver: {
    make: callsOf(semverFunctions, (random, _, index, name) =>
      name === 'semverCompare' && index === 0 ? constraint(random) : version(random),
    ),
  },
  urls: { make: callsOf(urlFunctions, address) },
  hashes: { make: callsOf(hashFunctions, undefined, ['encryptAES']) },
  dates: { make: dates },
  toYaml: { make: toYaml },
  fromYaml: { make: fromYaml },
  gjson: { make: gjson },
  object: { make: object },
  rewrite: { make: rewrite },
  match: { make: match },
  decode: { make: decode },
  hash: { make: hash },
  content: { make: content },
  duration: { make: duration },
  crypto: { make: crypto },
  decryption: { make: decryption, share: 0.05 },
  passwords: { make: passwords, share: 0.0025 },
};
