import { createHmac, hkdfSync, randomBytes, scrypt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Fingerprints, Log } from '../composite-controllers/lib/ports.ts';
import { watchFiles } from './watched-files.ts';

export interface FingerprintOptions {
  /** Files with one secret a line, the newest first; every one is accepted. None: a key that ends with the process. */
  readonly keyFiles: readonly string[];
  readonly log: Log;
  readonly intervalMs: number;
}

/** {@link Fingerprints} whose keys follow their files. */
export interface WatchedFingerprints extends Fingerprints {
  stop(): void;
}

/**
 * Keys are derived from secrets that all replicas share: by default the bearer tokens of the hook, whose holders could ask
 * it for the values anyway. Rejects with a value-free text when the files hold no usable secret.
 */
export async function createFingerprints(options: FingerprintOptions): Promise<WatchedFingerprints> {
  const { keyFiles, log, intervalMs } = options;
  if (keyFiles.length === 0) return { ...fingerprintsBy([randomBytes(32)]), stop() {} };
  const contents = await Promise.all(keyFiles.map((path) => readFile(path))).catch(() => undefined);
  if (contents === undefined) throw new Error('a file with keys of fingerprints cannot be read');
  let current = fingerprintsBy(await keysOf(secretsOf(contents)));
  const watched = watchFiles(
    keyFiles,
    contents,
    intervalMs,
    (changed) => {
      const secrets = secretsOf(changed);
      void keysOf(secrets).then((keys) => {
        current = fingerprintsBy(keys);
      });
    },
    () => log.warn({}, 'the files with keys of fingerprints cannot be used; the former keys stay'),
  );
  return { of: (parts) => current.of(parts), stop: watched.stop };
}

const shortestSecret = 16;
const slowly = promisify<string, string, number, { N: number; r: number; p: number }, Buffer>(scrypt);

function secretsOf(contents: readonly Buffer[]): string[] {
  const lines = contents.flatMap((content) => content.toString('utf8').split('\n'));
  const secrets = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (secrets.length === 0 || secrets.some((secret) => secret.length < shortestSecret))
    throw new Error(
      `the files with keys of fingerprints hold none, or one under ${shortestSecret} characters`,
    );
  return secrets;
}

/** Slowly, since fingerprints let whoever sees one try tokens: a weak one must not be found that way. */
function keysOf(secrets: readonly string[]): Promise<Uint8Array[]> {
  return Promise.all(
    secrets.map(async (secret) => {
      const key = await slowly(secret, 'keyhook fingerprints', 32, { N: 1 << 14, r: 8, p: 1 });
      return new Uint8Array(hkdfSync('sha256', key, '', 'template inputs', 32));
    }),
  );
}

/** Fingerprints of 128 bits by HMAC-SHA-256, over parts that are told apart by their lengths. */
export function fingerprintsBy(keys: readonly Uint8Array[]): Fingerprints {
  const one = (key: Uint8Array, parts: readonly Uint8Array[]) => {
    const hmac = createHmac('sha256', key);
    const length = Buffer.alloc(8);
    for (const part of parts) {
      length.writeBigUInt64BE(BigInt(part.byteLength));
      hmac.update(length).update(part);
    }
    return hmac.digest('hex').slice(0, 32);
  };
  return { of: (parts) => keys.map((key) => one(key, parts)) };
}
