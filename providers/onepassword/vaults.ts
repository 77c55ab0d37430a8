import { ProviderError } from '../kit/errors.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { ConnectApi } from './api.ts';

/** Ids of vaults and items; what looks like one is taken for one, as in ESO. */
export const nativeId = /^[\da-z]{26}$/;

/** A vault as the store names it. */
export interface Vault {
  readonly name: string;
  readonly id: string;
}

/** The vaults of a store. */
export interface Vaults {
  /** In the order of the search. Throws `Misconfigured` for one that the token does not see. */
  all(signal: AbortSignal): Promise<readonly Vault[]>;
  /** The one that a push names, else the first. Throws `InvalidPush` for one that the store does not have. */
  forPush(name: string | undefined, signal: AbortSignal): Promise<Vault>;
  /** Asks for every vault anew. */
  check(signal: AbortSignal): Promise<void>;
}

const idsLastMs = 60_000;

/** Names are looked up once a minute. */
export function createVaults(
  api: ConnectApi,
  places: Readonly<Record<string, number>>,
  now: () => number,
): Vaults {
  const names = Object.keys(places).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const known = new Map<string, { id: string; at: number }>();

  const look = async (name: string, signal: AbortSignal): Promise<string> => {
    const what = `vault ${name}`;
    const found = nativeId.test(name)
      ? await api.find({ path: `/v1/vaults/${name}`, call: 'GetVault', what, signal })
      : await byName(api, name, signal);
    const id = stringOf(member(found, 'id'));
    if (id === undefined || !nativeId.test(id)) {
      throw new ProviderError('Misconfigured', { what: `there is no ${what} that the token may see` });
    }
    known.set(name, { id, at: now() });
    return id;
  };
  const resolve = async (name: string, signal: AbortSignal): Promise<Vault> => {
    const held = known.get(name);
    const isFresh = held !== undefined && now() - held.at < idsLastMs;
    return { name, id: nativeId.test(name) ? name : isFresh ? held.id : await look(name, signal) };
  };
  return {
    async all(signal) {
      const vaults: Vault[] = [];
      for (const name of names) vaults.push(await resolve(name, signal));
      return vaults;
    },
    forPush(name, signal) {
      const chosen = name ?? names[0];
      if (chosen === undefined || !names.includes(chosen)) {
        throw new ProviderError('InvalidPush', {
          what: `metadata.spec.vault ${name} is none of the store's`,
        });
      }
      return resolve(chosen, signal);
    },
    async check(signal) {
      for (const name of names) await look(name, signal);
    },
  };
}

/** developer.1password.com/docs/connect/api-reference#list-vaults */
async function byName(api: ConnectApi, name: string, signal: AbortSignal): Promise<JsonNode | undefined> {
  const what = `vault ${name}`;
  const answer = await api.json({ path: `/v1/vaults${titleFilter(name)}`, call: 'GetVaults', what, signal });
  if (answer.kind !== 'array') throw new ProviderError('Malformed', {});
  const [first, second] = itemsOf(answer).filter((vault) => stringOf(member(vault, 'name')) === name);
  if (second !== undefined) throw new ProviderError('Ambiguous', { what });
  return first;
}

/** Connect's filter has no escape for quotes, so that all are listed for a title that holds them. */
export function titleFilter(title: string): string {
  return /["\\]/.test(title) ? '' : `?filter=${encodeURIComponent(`title eq "${title}"`)}`;
}
