import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from '../build.ts';
import type { Case } from './case.ts';
import type { Answer } from './compare.ts';
import { answersOf, questionFrame } from './wire.ts';

/** The running oracle. */
export interface Oracle {
  /** What Go says of each case. */
  ask(cases: readonly Case[]): Promise<Answer[]>;
  close(): void;
}

/** Starts the Go program, which is built first when it is not there; it ends with this process. */
export async function startOracle(): Promise<Oracle> {
  const program = join(await build('oracle'), 'oracle');
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.on('exit', (code) => {
    if (code !== 0) throw new Error('the oracle failed');
  });
  const waiting: ((frame: Buffer) => void)[] = [];
  let chunks: Buffer[] = [];
  let received = 0;
  let wanted = 4;
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    received += chunk.length;
    while (received >= wanted) {
      const all = Buffer.concat(chunks);
      const size = 4 + all.readUInt32LE(0);
      if (all.length >= size) waiting.shift()?.(all.subarray(4, size));
      const rest = all.length >= size ? all.subarray(size) : all;
      chunks = [rest];
      received = rest.length;
      wanted = all.length >= size ? 4 : size;
    }
  });
  return {
    ask(cases) {
      const { promise, resolve } = Promise.withResolvers<Buffer>();
      waiting.push(resolve);
      child.stdin.write(Buffer.from(questionFrame(cases)));
      return promise.then(answersOf);
    },
    close: () => child.stdin.end(),
  };
}
