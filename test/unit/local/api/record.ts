// Records what a real API server answers to the scenarios: node record.ts https://127.0.0.1:6443 <token> [name...]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { converse } from './conversation.ts';
import { scenarios } from './scenarios.ts';

const [url, token, ...only] = process.argv.slice(2);
if (url === undefined || token === undefined) throw new Error('usage: record.ts <url> <token> [scenario...]');
const folder = join(import.meta.dirname, 'recorded');
mkdirSync(folder, { recursive: true });
for (const [name, scenario] of Object.entries(scenarios)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const transcript = await converse({ url, token }, scenario);
  writeFileSync(
    join(folder, `${name}.jsonl`),
    `${transcript.map((exchange) => JSON.stringify(exchange)).join('\n')}\n`,
  );
  console.log(`${name}: ${transcript.length} answers`);
}
