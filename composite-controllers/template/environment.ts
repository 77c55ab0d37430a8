/** All that a template can learn of the world: it reads no file, no variable, no network. */
export interface Environment {
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** So many bytes from a cryptographic generator. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** A new private key of so many bits in PKCS#8 (DER); of DSA with a divisor of 256 bits. Slow. */
  readonly generateKey: (type: 'rsa' | 'dsa', bits: number) => Uint8Array;
}
