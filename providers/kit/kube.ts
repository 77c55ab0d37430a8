/** The part of a Secret or ConfigMap that credentials are made of; values as bytes. */
export interface KubeData {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: ReadonlyMap<string, Uint8Array>;
  /** Absent for none. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Parameters of a TokenRequest: `audiences` empty means the API server's own audience. */
export interface TokenRequest {
  readonly audiences: readonly string[];
  readonly expirationSeconds?: number;
}

/** A ServiceAccount token and the moment (ms since the epoch) from which it is worthless. */
export interface BoundToken {
  readonly token: string;
  readonly expiresAt: number;
}

/**
 * What a provider may ask of Kubernetes, implemented over the API server by `server/kube.ts` and over files by
 * `cli/render.ts`. Reads return `undefined` for an object that does not exist; every other failure throws.
 */
export interface KubeReader {
  secret(namespace: string, name: string): Promise<KubeData | undefined>;
  configMap(namespace: string, name: string): Promise<KubeData | undefined>;
  /** Annotations of a ServiceAccount, or undefined when there is none (IRSA, workload identity). */
  serviceAccount(
    namespace: string,
    name: string,
  ): Promise<{ annotations: Readonly<Record<string, string>> } | undefined>;
  /** A token of the ServiceAccount by the TokenRequest API, or undefined when there is no such ServiceAccount. */
  serviceAccountToken(
    namespace: string,
    name: string,
    request: TokenRequest,
  ): Promise<BoundToken | undefined>;
}
