import type { SecretMap } from '../../providers/kit/provider.ts';
import type { SecretObject } from './objects.ts';

/** Data of a Secret as bytes. */
export function secretData(secret: SecretObject): SecretMap {
  return new Map(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
  );
}

/** Bytes as a Secret's `data`: padded base64, keys sorted. Safe for keys such as `__proto__`. */
export function encodeData(data: SecretMap): Record<string, string> {
  const keys = [...data.keys()].sort();
  return Object.fromEntries(keys.map((key) => [key, Buffer.from(data.get(key)!).toString('base64')]));
}

/** Whether the API server takes the key: narrower than what ESO lets pass, so that a message can name it. */
export function isSecretKey(key: string): boolean {
  return /^[-._a-zA-Z0-9]{1,253}$/.test(key) && key !== '.' && !key.startsWith('..');
}
