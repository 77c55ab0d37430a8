// Loads everything that may ever be loaded, so that $NODE_COMPILE_CACHE holds it compiled: run once, when the image is built.
import { globSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';

const top = join(import.meta.dirname, '..');
const { dependencies } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'));

for (const name of Object.keys(dependencies)) await import(name);
for (const file of globSync('{providers,composite-controllers,server,local}/**/*.ts', { cwd: top }))
  await import(join(top, file));
await import(join(top, 'cli/serve.ts'));
flushCompileCache();
// Some of it keeps timers.
process.exit();
