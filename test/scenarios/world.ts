import type { KubeApi } from '../../server/kube-api.ts';
import type { Canaries } from '../support/canaries.ts';
import type { BackendFault } from './format.ts';
import type { Recorder } from './recorder.ts';

/** What a scenario runs in: an API server, the hook, a driver that calls it, and backends. */
export interface World {
  /** The API server as a program of that name uses it; the name becomes the manager of its updates. */
  as(program: 'kubectl' | 'kubectl-edit'): KubeApi;
  /** All that happens in the API server. */
  readonly recorder: Recorder;
  readonly canaries: Canaries;
  /** A backend for one scenario alone. */
  startBackend(request: BackendRequest): Promise<Backend>;
  readonly hook: RestartableHook;
  readonly driver: Restartable;
  /** Lets the API server refuse, or admit again, every write of a Secret in the namespace; status writes go on working. */
  refuseSecrets(namespace: string): Promise<void>;
  admitSecrets(namespace: string): Promise<void>;
  /** What the hook has told the world so far: its log and its metrics, by name. */
  evidence(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

export interface Restartable {
  restart(): Promise<void>;
}

export interface RestartableHook extends Restartable {
  /** Restarts with these flags beside the usual ones; they stay until others are given. */
  restart(flags?: Readonly<Record<string, string>>): Promise<void>;
}

export interface BackendRequest {
  readonly namespace: string;
  readonly kv: 'v1' | 'v2';
  /** What the scenario's identities may do in the mount. */
  readonly access: 'read' | 'write';
}

/** A Vault as one scenario sees it: a mount, a token and a role of its own, and faults that hit nobody else. */
export interface Backend {
  /** Values of `${vault.…}`, but for the token's Secret. */
  readonly variables: Readonly<Record<string, string>>;
  /** Reads the whole mount. */
  readonly token: string;
  write(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** The scenario's identities may no longer read the key. */
  deny(key: string): Promise<void>;
  fail(mode: BackendFault): void;
  /** Ends all faults and denials. */
  heal(): Promise<void>;
  /** What a key holds now; null for nothing. */
  read(key: string): Promise<unknown>;
  /** Values that were written by those who go through the proxy, so far, whatever the answer. */
  writes(): number;
  /** Requests for a secret so far, whatever their answer. */
  reads(): number;
  logins(): number;
  close(): Promise<void>;
}
