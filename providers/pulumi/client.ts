import { type Document, isMap, parseDocument } from 'yaml';
import { bytePushes, textToPush } from '../kit/document-pushes.ts';
import { ProviderError } from '../kit/errors.ts';
import { createHttpClient } from '../kit/http.ts';
import { jsonSecret } from '../kit/json/json-secret.ts';
import { serialize } from '../kit/json/serialize.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import type { ConnectDeps, SecretsClient } from '../kit/provider.ts';
import { type Asking, createPulumiApi, type PulumiApi } from './api.ts';
import { pulumiToken } from './auth.ts';
import { follow, parsePath, type Step } from './paths.ts';
import type { PulumiSpec } from './schema.ts';

const utf8 = new TextEncoder();

/** A client of one environment with one identity. Throws what reading the credentials throws. */
export async function connectPulumi(spec: PulumiSpec, deps: ConnectDeps): Promise<SecretsClient> {
  const http = createHttpClient(deps.retry === undefined ? {} : { retry: deps.retry });
  const token = await pulumiToken(spec, http, deps);
  const api = createPulumiApi(spec, { http, calls: deps, token });
  return {
    async read({ key, version, metadata }, signal) {
      if (version) throw new ProviderError('Unsupported', { what: 'versions' });
      if (metadata) throw new ProviderError('Unsupported', { what: 'metadataPolicy Fetch' });
      const bytes = await valueAt(api, key, { what: key, signal });
      if (bytes === undefined) throw new ProviderError('NotFound', { what: key });
      return jsonSecret(bytes, { dots: 'as-given', flatten: 'decoded', what: key });
    },
    ...pushes(api),
    async check(signal) {
      await api.definition({ what: 'the environment', signal });
      return 'ready';
    },
    close: async () => http.close(),
  };
}

/** The value at a path: text as it is, all else as JSON. */
async function valueAt(api: PulumiApi, key: string, asking: Asking): Promise<Uint8Array | undefined> {
  const steps = parsePath(key);
  const found = follow(await api.values(asking), steps);
  return found && utf8.encode(printed(found));
}

function printed(node: JsonNode): string {
  if (node.kind === 'string') return node.text;
  return node.kind === 'null' ? '' : serialize(node, { names: 'sorted', html: 'escaped', numbers: 'text' });
}

/**
 * The writing half of the client: a value becomes a secret of the environment's own definition, all else in which stays as it is.
 * ESO writes the evaluated values over the definition, by which imports are lost and secrets become plain text.
 */
function pushes(api: PulumiApi) {
  const change = async (
    key: string,
    signal: AbortSignal,
    apply: (document: Document, path: Step[]) => void,
  ) => {
    const asking = { what: key, signal };
    const { yaml, etag } = await api.definition(asking);
    const document = parseDocument(yaml, { logLevel: 'silent' });
    const path = ['values', ...parsePath(key)];
    if (document.errors.length > 0 || isComputed(document, path))
      throw new ProviderError('NotSettable', { what: key });
    try {
      apply(document, path);
    } catch (error) {
      // The path leads through a value that is no collection.
      throw error instanceof ProviderError ? error : new ProviderError('NotSettable', { what: key });
    }
    await api.update({ yaml: document.toString({ lineWidth: 0 }), etag }, asking);
  };
  return bytePushes({
    look: (key, signal) => valueAt(api, key, { what: key, signal }),
    write: (key, bytes, signal) =>
      change(key, signal, (document, path) =>
        document.setIn(path, document.createNode({ 'fn::secret': textToPush(bytes, key) })),
      ),
    remove: (key, signal) =>
      change(key, signal, (document, path) => {
        // It comes from an import, or is computed.
        if (!document.hasIn(path)) throw new ProviderError('NotOwned', { what: key });
        document.deleteIn(path);
      }),
  });
}

/** Whether something above the path is made by a function, so that nothing can be set in it. */
function isComputed(document: Document, path: readonly Step[]): boolean {
  return path.some((_, length) => {
    const above = length === 0 ? undefined : document.getIn(path.slice(0, length), true);
    return isMap(above) && above.items.some(({ key }) => String(key).startsWith('fn::'));
  });
}
