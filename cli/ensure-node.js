// Plain JavaScript that older Nodes understand: `node cli/ensure-node.js && node <a TypeScript file>`.
// Keyhook's TypeScript runs as it is from Node 24 on. On Linux and Windows npm scripts find that Node in node_modules,
// where `npm ci` puts it as an optional dependency, whatever Node the machine has.
const needed = 24;
const { version, execPath } = process;

if (Number.parseInt(version.slice(1), 10) < needed) {
  console.error(`Keyhook needs Node ${needed} or newer; this is ${version} (${execPath}).
On Linux and Windows: run "npm ci" without --omit=optional, then use the npm scripts ("npm run keyhook").
On macOS: install Node ${needed}, for example from https://nodejs.org.`);
  process.exit(1);
}
