import { objectHash } from './hash.ts';

const prefix = 'externalsecrets.external-secrets.io/';
const maxLength = 63;

/** The field manager under which ESO writes the target of an ExternalSecret (spec core 0.3); long names are hashed. */
export function fieldManager(name: string): string {
  const manager = prefix + name;
  return Buffer.byteLength(manager) > maxLength ? `${prefix}sha3/${objectHash(name)}` : manager;
}

/** Whether a field manager is that of some ExternalSecret. */
export function isFieldManager(manager: string): boolean {
  return manager.startsWith(prefix);
}
