import { ProviderError } from '../kit/errors.ts';
import type { ConnectDeps, SecretsClient, StoreScope } from '../kit/provider.ts';
import { renewable } from '../kit/renewable.ts';
import { createGcpApi } from './api.ts';
import { identify } from './auth/index.ts';
import { findSecrets } from './find.ts';
import { connectGoogle } from './google.ts';
import { hostOf, type Place } from './names.ts';
import { gcpPushes } from './push.ts';
import { isLocation } from './rules.ts';
import type { GcpSpec } from './schema.ts';
import { payloadSecret, readMetadata, readValue, type Source } from './secrets.ts';

/** A client of one project with one identity. Logs in when it is first used. Throws what reading the store's credentials throws. */
export async function connectGcp(
  spec: GcpSpec,
  _scope: StoreScope,
  deps: ConnectDeps,
): Promise<SecretsClient> {
  const { credentials, now } = deps;
  const location = spec.location || undefined;
  if (location !== undefined && !isLocation(location))
    throw new ProviderError('Misconfigured', { what: `location ${location}` });
  const google = connectGoogle(process.env);
  const { login, project } = await identify(spec, { credentials, now, google });
  const tokens = renewable(login, ({ renewAt }) => renewAt > now());
  const place: Place = { project, location };
  const api = createGcpApi(hostOf(place), google.apis, tokens, deps);
  const source: Source = { api, place, policy: spec.secretVersionSelectionPolicy };

  return {
    async read(ref, signal) {
      if (ref.metadata === true) return readMetadata(source, ref.key, signal);
      return payloadSecret(await readValue(source, ref, signal), ref.key);
    },
    find: (query, signal) => findSecrets(source, query, signal),
    ...gcpPushes(source),
    // As under ESO a token is what shows that the store can work; what it may read is up to each secret.
    async check() {
      await tokens.get();
      return 'ready';
    },
    async close() {
      google.close();
    },
  };
}
