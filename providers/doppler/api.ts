import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { bodyOf, createRestApi, type Explained, type RestOptions, usualCode } from '../kit/rest.ts';
import type { DopplerSpec } from './schema.ts';

type Texts = ReadonlyMap<string, string>;

/** The config of a store. */
export interface DopplerApi {
  /** Undefined when the config has no such secret. */
  secret(name: string, signal: AbortSignal): Promise<string | undefined>;
  /** All secrets, called by the store's transformer. */
  secrets(signal: AbortSignal): Promise<Texts>;
  /** All secrets in one file of the store's format. */
  file(format: string, signal: AbortSignal): Promise<Uint8Array>;
  set(name: string, value: string, signal: AbortSignal): Promise<void>;
  remove(name: string, signal: AbortSignal): Promise<void>;
  check(signal: AbortSignal): Promise<void>;
}

const download = '/v3/configs/config/secrets/download';
const everything = 'dataFrom.find';

/** {@link DopplerApi} over HTTP (docs.doppler.com/reference/secrets-download, secrets-update). */
export function createDopplerApi(spec: DopplerSpec, options: Omit<RestOptions, 'explain'>): DopplerApi {
  const rest = createRestApi({ ...options, explain });
  const place = { project: spec.project || undefined, config: spec.config || undefined };
  const update = async (what: string, change: object, signal: AbortSignal) => {
    const body = { ...change, ...place };
    await rest.json({
      method: 'POST',
      path: '/v3/configs/config/secrets',
      body,
      call: 'UpdateSecrets',
      what,
      signal,
    });
  };
  return {
    async secret(name, signal) {
      const query = { ...place, secrets: name };
      const answer = await rest.answer({ path: download, query, call: 'GetSecret', what: name, signal });
      return textsIn(answer, name).get(name);
    },
    async secrets(signal) {
      const query = { ...place, name_transformer: spec.nameTransformer || undefined };
      const request = { path: download, query, call: 'GetSecrets', what: everything, signal };
      return textsOf(await rest.json(request), everything);
    },
    async file(format, signal) {
      const query = { ...place, name_transformer: spec.nameTransformer || undefined, format };
      const headers = format === 'json' ? {} : { accept: 'text/plain' };
      const request = { path: download, query, headers, call: 'GetSecrets', what: everything, signal };
      const answer = await rest.answer(request);
      if (/^text\/html/i.test(answer.headers['content-type'] ?? ''))
        throw new ProviderError('Malformed', { what: everything, status: answer.status });
      return answer.bytes;
    },
    set: (name, value, signal) => update(name, { secrets: { [name]: value } }, signal),
    remove: (name, signal) =>
      update(
        name,
        { change_requests: [{ name, originalName: name, value: null, shouldDelete: true }] },
        signal,
      ),
    async check(signal) {
      await rest.json({ path: '/v3/projects', call: 'Authenticate', what: 'the projects', signal });
    },
  };
}

/** Doppler leaves out what it does not have; an object of other names than its own states nothing. */
function textsIn(answer: HttpAnswer, what: string): Texts {
  const texts = textsOf(bodyOf(answer), what);
  if ([...texts.keys()].every((name) => name === what || /^[A-Z_][A-Z0-9_]*$/.test(name))) return texts;
  throw new ProviderError('Malformed', { what, status: answer.status });
}

function textsOf(body: JsonNode | undefined, what: string): Texts {
  if (body?.kind !== 'object') throw new ProviderError('Malformed', { what });
  return new Map(
    body.members.map(({ name, value }) => {
      if (value.kind !== 'string') throw new ProviderError('Malformed', { what });
      return [name, value.text];
    }),
  );
}

/** Every error is `{"messages": [...], "success": false}` (docs.doppler.com/reference/api#errors); none is of a secret. */
function explain({ status }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  const isDopplers = member(body, 'messages')?.kind === 'array' || stringOf(member(body, 'message'));
  return isDopplers ? { code: usualCode(status) } : undefined;
}
