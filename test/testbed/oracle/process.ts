import { spawn } from 'node:child_process';
import type { Case } from './case.ts';
import type { Answer } from './compare.ts';
import { answersOf, questionFrame } from './wire.ts';

/** The running oracle. */
export interface Oracle {
  /** What Go says of each case. */
  ask(cases: readonly Case[]): Promise<Answer[]>;
  close(): void;
}

/** Builds and starts the Go program; the first question waits for it. */
export function startOracle(): Oracle {
  const child = spawn('go', ['run', '-buildvcs=false', '.'], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.on('exit', (code) => {
    if (code !== 0)
      throw new Error('the oracle cannot be built, or failed; it needs Go and its module proxy');
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
