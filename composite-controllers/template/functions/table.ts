import { builtinFunctions } from './builtin.ts';
import { compareFunctions } from './compare.ts';
import { dateFunctions } from './dates.ts';
import { dictFunctions } from './dicts.ts';
import { encodingFunctions } from './encoding.ts';
import { escapeFunctions } from './escape.ts';
import { hashFunctions } from './hashes.ts';
import { jsonFunctions } from './json.ts';
import { jwkFunctions } from './jwk.ts';
import { letterFunctions } from './letters.ts';
import { listFunctions } from './lists.ts';
import { mathFunctions } from './math.ts';
import { pathFunctions } from './paths.ts';
import { pemFunctions } from './pems.ts';
import { randomFunctions } from './random.ts';
import { reflectFunctions } from './reflect.ts';
import { regexFunctions } from './regex.ts';
import { semverFunctions } from './semver.ts';
import type { FunctionTable } from './signature.ts';
import { slowFunctions } from './slow.ts';
import { stringFunctions } from './strings.ts';
import { urlFunctions } from './urls.ts';
import { yamlFunctions } from './yaml.ts';

/** Every function that a template may call. Nothing here reads a file, a variable or the network. */
export const allFunctions: FunctionTable = {
  ...builtinFunctions,
  ...compareFunctions,
  ...escapeFunctions,
  ...stringFunctions,
  ...letterFunctions,
  ...randomFunctions,
  ...mathFunctions,
  ...listFunctions,
  ...dictFunctions,
  ...reflectFunctions,
  ...jsonFunctions,
  ...encodingFunctions,
  ...pathFunctions,
  ...regexFunctions,
  ...semverFunctions,
  ...urlFunctions,
  ...yamlFunctions,
  ...dateFunctions,
  ...hashFunctions,
  ...pemFunctions,
  ...jwkFunctions,
  ...slowFunctions,
};
