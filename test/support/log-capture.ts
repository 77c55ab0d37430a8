import { Writable } from 'node:stream';

/** What a logger wrote. */
export interface LogCapture {
  /** The destination to hand to pino. */
  readonly stream: Writable;
  /** All that was written so far. */
  text(): string;
  /** Each line as the JSON object that it holds. */
  records(): Record<string, unknown>[];
}

/** A log destination that keeps what it is given. */
export function captureLog(): LogCapture {
  let written = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  return {
    stream,
    text: () => written,
    records: () =>
      written
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
