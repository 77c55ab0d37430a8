import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from './certificates.ts';

/** The name under which doubles are reached that are not to look like loopback; no name server knows it. */
export const frontName = 'backend.keyhook.test';

/** What the doubles' fronts are in a run over a network of its own: served by TLS, under {@link frontName}. */
export interface FrontNetwork {
  readonly identity: Identity;
  /** PEM of the authority, for stores that name their own; absent where the process trusts it. */
  readonly caPem?: string;
}

/** The variable by which such a run is told: a directory of tls.crt and tls.key, and of ca.crt for the stores. */
export const frontVariable = 'KEYHOOK_TEST_FRONT';

/** Set to `yes` where {@link frontName} is to lead to this machine without a proxy. */
export const resolveVariable = 'KEYHOOK_TEST_RESOLVE';

/** The network of this run, undefined for plain HTTP on loopback. */
export function frontNetwork(): FrontNetwork | undefined {
  const dir = process.env[frontVariable];
  if (dir === undefined) return undefined;
  const read = (name: string) => readFileSync(join(dir, name), 'utf8');
  const caPem = read('ca.crt');
  return {
    identity: { certPem: read('tls.crt'), keyPem: read('tls.key') },
    ...(caPem === '' ? {} : { caPem }),
  };
}
