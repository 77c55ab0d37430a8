import { fileURLToPath } from 'node:url';
import { type DestinationStream, destination, pino } from 'pino';
import type { Log, LogFields } from '../composite-controllers/lib/ports.ts';
import { providerErrors } from '../providers/kit/errors.ts';
import { answers } from './errors.ts';
import { UnsafeResponse } from './response.ts';

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
  const writer =
    (at: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: LogFields, message: string): void => {
      if (log.isLevelEnabled(at)) log[at](plain(fields), message);
    };
  return {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    flush: () => log.flush(),
  };
}

function standardOutput(): DestinationStream {
  const stream = destination({ fd: 1, sync: false });
  // A full disk or a broken pipe behind stdout is no reason to stop serving.
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

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What may be said of something that was thrown: its class, its code, and where in our own files. Never its message,
 * which could be a backend's, nor a property of its own, which could be a request; a code only when it is a known one.
 */
export function failureFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code } = error as { code?: unknown };
  return {
    // Of the class and not the instance, where `name` may hold anything.
    error: String(Object.getPrototypeOf(error)?.constructor?.name),
    code: typeof code === 'string' && isKnownCode(code) ? code : undefined,
    rule: error instanceof UnsafeResponse ? error.rule : undefined,
    where: ownFrames(error.stack),
  };
}

/** Our own codes, and those of the system and of Node. */
function isKnownCode(code: string): boolean {
  return (
    Object.hasOwn(answers, code) ||
    Object.hasOwn(providerErrors, code) ||
    /^(E[A-Z]{3,20}|ERR_[A-Z0-9_]{3,50})$/.test(code)
  );
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
