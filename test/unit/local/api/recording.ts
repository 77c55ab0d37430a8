import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from './conversation.ts';

function pathOf(scenario: string): string {
  const file = scenario.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return join(import.meta.dirname, 'recorded', `${file}.jsonl`);
}

/** What the real API server answered to a scenario: one exchange a line. */
export function readRecording(scenario: string): Exchange[] {
  return readFileSync(pathOf(scenario), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

export function writeRecording(scenario: string, transcript: readonly Exchange[]): void {
  writeFileSync(pathOf(scenario), `${transcript.map((exchange) => JSON.stringify(exchange)).join('\n')}\n`);
}
