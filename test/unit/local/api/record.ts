// Records what a real API server answers to the scenarios: node record.ts https://127.0.0.1:6443 <token> [scenario...]
import { converse } from './conversation.ts';
import { writeRecording } from './recording.ts';
import { scenarios } from './scenarios.ts';

const [url, token, ...only] = process.argv.slice(2);
if (url === undefined || token === undefined) throw new Error('usage: record.ts <url> <token> [scenario...]');
for (const [name, scenario] of Object.entries(scenarios)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const transcript = await converse({ url, token }, scenario);
  writeRecording(name, transcript);
  console.log(`${name}: ${transcript.length} answers`);
}
