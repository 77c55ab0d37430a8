import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import type { Case } from './case.ts';
import { type Data, encode } from './data.ts';

/** What Go answered: a result, or an error and whether it came while parsing or executing. */
export type GoAnswer =
  | { readonly kind: 'output'; readonly output: ByteText }
  | { readonly kind: 'error'; readonly stage: string; readonly text: ByteText };

/** The running oracle. */
export interface Oracle {
  ask(cases: readonly Case[]): Promise<GoAnswer[]>;
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
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  return {
    ask: (cases) =>
      Promise.all(
        cases.map(
          (one) =>
            new Promise<GoAnswer>((resolve) => {
              waiting.push((line) => resolve(read(line)));
              child.stdin.write(`${JSON.stringify(request(one))}\n`);
            }),
        ),
      ),
    close: () => child.stdin.end(),
  };
}

function request({ template, data, missingKey, left = '', right = '' }: Case): object {
  return { template: base64(template), name: 't', missingKey, left, right, data: encode(data as Data) };
}

function read(line: string): GoAnswer {
  const {
    output = '',
    error,
    stage,
  } = JSON.parse(line) as { output?: string; error?: string; stage?: string };
  if (error === undefined)
    return { kind: 'output', output: Buffer.from(output, 'base64').toString('latin1') };
  return { kind: 'error', stage: stage ?? '', text: Buffer.from(error, 'base64').toString('latin1') };
}

const base64 = (text: ByteText) => Buffer.from(text, 'latin1').toString('base64');
