import { keep } from './benches/keep.ts';
import { memory } from './benches/memory.ts';
import { start } from './benches/start.ts';
import { template } from './benches/template.ts';
import { type Bench, type Figure, holds } from './figure.ts';
import { machine } from './machine.ts';
import { table } from './table.ts';

/** `npm run bench -- [NAME...] [--quick]`: figures as JSON lines, then a table; exit code 1 when a bound is broken. */

const benches: Readonly<Record<string, Bench>> = { start, keep, memory, template };

const { values: size, names } = readArguments(process.argv.slice(2));
const figures: Figure[] = [];
console.log(JSON.stringify({ machine: machine(), size }));
for (const name of names) {
  const tell = (line: string) => console.error(`${name}: ${line}`);
  for (const measured of await benches[name]!({ size, tell })) {
    const figure: Figure = { bench: name, ...measured };
    figures.push(figure);
    console.log(JSON.stringify({ ...figure, value: rounded(figure.value), holds: holds(figure) }));
  }
}
console.log(`\n${table(figures)}`);
process.exitCode = figures.every(holds) ? 0 : 1;

function readArguments(given: readonly string[]) {
  const names = given.filter((word) => word !== '--quick');
  const unknown = names.filter((name) => !Object.hasOwn(benches, name));
  if (unknown.length > 0) {
    console.error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
    process.exit(2);
  }
  return {
    values: given.includes('--quick') ? ('quick' as const) : ('full' as const),
    names: names.length > 0 ? names : Object.keys(benches),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
