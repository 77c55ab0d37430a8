/** One value, and whether it stands in the store or was pushed. */
export interface FakeEntry {
  readonly key: string;
  readonly version: string;
  readonly value: Uint8Array;
  readonly origin: 'store' | 'pushed';
}

/** The values of one store, by {@link entryName}. */
export type FakeEntries = Map<string, FakeEntry>;

/** The pair is the name: in ESO `foo` with version `v1` hides `foov1`. */
export const entryName = (key: string, version = '') => JSON.stringify([key, version]);
