import { fileURLToPath } from 'node:url';
import { type DestinationStream, destination, pino } from 'pino';
import type { Log, LogFields } from '../composite-controllers/lib/ports.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The log of the process: JSON lines of names and codes. There is no way to hand it an object, an error or a body. */
export interface ProcessLog extends Log {
  /** Writes out what is buffered. */
  flush(): void;
}

const longestText = 1_000;

/** A {@link ProcessLog} to stdout, or to the given stream. */
export function createLogger(level: LogLevel, to?: DestinationStream): ProcessLog {
  const stdout = to ?? standardOutput();
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stdout,
  );
  return {
    debug: (fields, message) => log.debug(plain(fields), message),
    info: (fields, message) => log.info(plain(fields), message),
    warn: (fields, message) => log.warn(plain(fields), message),
    error: (fields, message) => log.error(plain(fields), message),
    flush: () => log.flush(),
  };
}

function standardOutput(): DestinationStream {
  const stream = destination({ fd: 1, sync: false });
  // A reader that went away is no reason to stop serving.
  stream.on('error', () => {});
  return stream;
}

/** Keeps short primitives only: the type says so already, this makes it true for whoever gets around the type. */
function plain(fields: LogFields): object {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]): [string, string | number | boolean][] => {
      if (typeof value === 'string') return [[key, value.slice(0, longestText)]];
      return typeof value === 'number' || typeof value === 'boolean' ? [[key, value]] : [];
    }),
  );
}

const codeLike = /^[A-Za-z][A-Za-z0-9_]{0,60}$/;
const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What may be said of something that was thrown: its class, its code, and where in our own files. Never its message,
 * which could be a backend's, nor a property of its own, which could be a request.
 */
export function failureFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const { name, stack } = error;
  const { code, rule } = error as { code?: unknown; rule?: unknown };
  return {
    error: codeLike.test(name) ? name : 'Error',
    code: typeof code === 'string' && codeLike.test(code) ? code : undefined,
    rule: name === 'UnsafeResponse' && typeof rule === 'string' ? rule : undefined,
    where: ownFrames(stack),
  };
}

/** `file:line:column` of the innermost frames that lie in the project's own folders. */
function ownFrames(stack: string | undefined): string | undefined {
  const frames = [...(stack ?? '').matchAll(/^ {4}at .*?([^\s()]+:\d+:\d+)\)?$/gm)].flatMap(([, place]) => {
    const path = place?.replace(/^file:\/\//, '') ?? '';
    const own = path.startsWith(root) ? path.slice(root.length) : '';
    return /^(server|providers|composite-controllers|local|cli)\/[\w./-]+:\d+:\d+$/.test(own) ? [own] : [];
  });
  return frames.length === 0 ? undefined : frames.slice(0, 4).join(' < ');
}
