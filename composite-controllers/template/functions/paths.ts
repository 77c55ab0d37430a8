import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { type FunctionTable, fn } from './signature.ts';

const base = fn(['string'], ([path]) => baseOf(path));
const dir = fn(['string'], ([path]) => clean(path.slice(0, path.lastIndexOf('/') + 1)));
const cleaned = fn(['string'], ([path]) => clean(path));
const ext = fn(['string'], ([path]) => /\.[^./]*$/.exec(path)?.[0] ?? '');
const isAbs = fn(['string'], ([path]) => path.startsWith('/'));

/** Paths with slashes; those of the operating system are the same, since ESO runs on Linux. */
export const pathFunctions: FunctionTable = {
  base,
  dir,
  clean: cleaned,
  ext,
  isAbs,
  osBase: base,
  osDir: dir,
  osClean: cleaned,
  osExt: ext,
  osIsAbs: isAbs,
};

function baseOf(path: ByteText): ByteText {
  if (path === '') return '.';
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return end === 0 ? '/' : path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** The shortest path to the same place, by its text alone. */
function clean(path: ByteText): ByteText {
  const root = path.startsWith('/') ? '/' : '';
  const kept: ByteText[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (root === '') kept.push(part);
  }
  return root + kept.join('/') || '.';
}
