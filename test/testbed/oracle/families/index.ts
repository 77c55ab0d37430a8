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
import { crypto, passwords } from './crypto.ts';
import { dates } from './dates.ts';
import { engine } from './engine.ts';
import { address, constraint, expression, version } from './notations.ts';
import { printf } from './printf.ts';
import { syntax } from './syntax.ts';
import { fromYaml, toYaml } from './yaml.ts';

/** All families by name. */
export const families: Readonly<Record<string, Family>> = {
  engine,
  syntax,
  printf,
  builtins: callsOf({ ...builtinFunctions, ...escapeFunctions, ...compareFunctions }),
  strings: callsOf(stringFunctions),
  // At the ends of int64 the library's own sums overflow.
  letters: callsOf(letterFunctions, (random, parameter) =>
    parameter === 'int' ? BigInt(random.below(24) - 4) : undefined,
  ),
  // Go would make series of any length.
  math: callsOf(
    mathFunctions,
    (random, _, __, name) => (/until|seq/.test(name) ? BigInt(random.below(300) - 100) : undefined),
    ['randInt'],
  ),
  // A negative size of chunk gives nonsense in Go, or a panic; ours is always an error.
  lists: callsOf(listFunctions, (random, _, index, name) =>
    /chunk/i.test(name) && index === 0 ? BigInt(random.below(5)) : undefined,
  ),
  dicts: callsOf(dictFunctions),
  reflect: callsOf(reflectFunctions),
  json: callsOf(jsonFunctions),
  encoding: callsOf(encodingFunctions),
  paths: callsOf(pathFunctions),
  regex: callsOf(regexFunctions, (random, parameter, index) =>
    parameter === 'string' && index === 0 ? expression(random) : undefined,
  ),
  semver: callsOf(semverFunctions, (random, _, index, name) =>
    name === 'semverCompare' && index === 0 ? constraint(random) : version(random),
  ),
  urls: callsOf(urlFunctions, address),
  hashes: callsOf(hashFunctions, undefined, ['encryptAES']),
  dates,
  toYaml,
  crypto,
  passwords,
  fromYaml,
};
