import * as all from './index.ts';
import type { Provider } from './kit/provider.ts';

/** The providers that are built, by the key under `spec.provider`. */
export const registry: ReadonlyMap<string, Provider> = new Map(
  Object.values(all).map((provider) => [provider.name, provider as Provider]),
);
