import { ProviderError } from '../kit/errors.ts';
import type { HttpAnswer } from '../kit/http.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { createRestApi, type Explained, type RestOptions, usualCode } from '../kit/rest.ts';
import type { InfisicalSpec } from './schema.ts';

/** A folder, and the name of a secret in it. */
export interface Address {
  readonly folder: string;
  readonly name: string;
}

/** A secret as it is listed. */
export interface Listed extends Address {
  readonly value: string;
}

/** How a secret is looked at. */
interface Look {
  /** The key of the manifest, for errors. */
  readonly what: string;
  /** As users read it: with imports, and references as the store wants them; else as it was written. */
  readonly resolved: boolean;
  readonly version?: string;
}

/** The environment of a store. */
export interface InfisicalApi {
  /** Undefined when Infisical says that the folder has no such secret. */
  secret(address: Address, look: Look, signal: AbortSignal): Promise<string | undefined>;
  /** Secrets of the store's folder: its own, then imported ones of other names. */
  secrets(imports: boolean, signal: AbortSignal): Promise<readonly Listed[]>;
  write(
    method: 'POST' | 'PATCH' | 'DELETE',
    address: Address,
    what: string,
    fields: object,
    signal: AbortSignal,
  ): Promise<void>;
}

const calls = { POST: 'CreateSecretV3', PATCH: 'UpdateSecretV3', DELETE: 'DeleteSecretV3' } as const;
/** Where projects are found by their slug; the second was the way of older releases. */
const projectPaths = ['/v1/projects/slug', '/v1/workspace/slug'];

/** {@link InfisicalApi} over HTTP (infisical.com/docs/api-reference/endpoints/deprecated/secrets/read: what ESO uses, too). */
export function createInfisicalApi(
  { secretsScope }: InfisicalSpec,
  options: Omit<RestOptions, 'explain' | 'refusesToken'>,
): InfisicalApi {
  const { environmentSlug: environment, projectSlug, secretsPath, recursive = false } = secretsScope;
  const rest = createRestApi({ ...options, explain, refusesToken });
  const place = { workspaceSlug: projectSlug, environment };
  const expand = String(secretsScope.expandSecretReferences ?? true);
  let project: string | undefined;

  /** infisical.com/docs/api-reference/endpoints/projects: writing asks for the id of a project. */
  const projectId = async (signal: AbortSignal): Promise<string> => {
    const what = `project ${projectSlug}`;
    for (const path of projectPaths) {
      const request = {
        path: `${path}/${encodeURIComponent(projectSlug)}`,
        call: 'GetWorkspaceBySlug',
        what,
        signal,
      };
      const found = await rest.json(request).catch(elsewhere);
      const id = stringOf(member(found, 'id'));
      if (id) return id;
    }
    throw new ProviderError('Rejected', { what });
  };
  return {
    async secret({ folder, name }, { what, resolved, version }, signal) {
      const query = {
        ...place,
        secretPath: folder,
        type: 'shared',
        include_imports: String(resolved),
        expandSecretReferences: resolved ? expand : 'false',
        version,
      };
      const path = `/v3/secrets/raw/${encodeURIComponent(name)}`;
      const found = await rest.find({ path, query, call: 'GetSecretByKeyV3', what, signal });
      return found && secretValueOf(member(found, 'secret'), what);
    },
    async secrets(imports, signal) {
      const what = imports ? 'dataFrom.find' : `folder ${secretsPath}`;
      const query = {
        ...place,
        secretPath: secretsPath || '/',
        include_imports: String(imports),
        expandSecretReferences: expand,
        recursive: String(recursive),
      };
      const body = await rest.json({ path: '/v3/secrets/raw', query, call: 'GetSecretsV3', what, signal });
      if (member(body, 'secrets')?.kind !== 'array') throw new ProviderError('Malformed', { what });
      const listed = (node: JsonNode, folder = ''): Listed => ({
        name: stringOf(member(node, 'secretKey')) ?? '',
        folder: stringOf(member(node, 'secretPath')) ?? folder,
        value: secretValueOf(node, what),
      });
      const own = itemsOf(member(body, 'secrets')).map((node) => listed(node));
      const imported = itemsOf(member(body, 'imports')).flatMap((block) =>
        itemsOf(member(block, 'secrets')).map((node) => listed(node, stringOf(member(block, 'secretPath')))),
      );
      return [...own, ...imported.filter(({ name }) => !own.some((mine) => mine.name === name))];
    },
    async write(method, { folder, name }, what, fields, signal) {
      const known = project;
      project = known ?? (await projectId(signal));
      const body = { workspaceId: project, environment, secretPath: folder, type: 'shared', ...fields };
      const path = `/v3/secrets/raw/${encodeURIComponent(name)}`;
      try {
        await rest.json({ method, path, body, call: calls[method], what, signal });
      } catch (error) {
        // The project may have been made anew, with another id.
        project = undefined;
        throw error;
      }
    },
  };
}

/** The value of a secret. One that the identity may see but not read comes with a placeholder: that is a refusal. */
function secretValueOf(node: JsonNode | undefined, what: string): string {
  const value = stringOf(member(node, 'secretValue'));
  const hidden = member(node, 'secretValueHidden');
  if (hidden?.kind === 'boolean' && hidden.value) {
    const name = stringOf(member(node, 'secretKey'));
    throw new ProviderError('Denied', {
      what: name === undefined || name === what ? what : `${name} (${what})`,
    });
  }
  if (value === undefined) throw new ProviderError('Malformed', { what });
  return value;
}

/** Every error has `statusCode`, `message` and `error`; folders, environments and projects may be missing, too. */
function explain({ status }: HttpAnswer, body: JsonNode | undefined): Explained | undefined {
  const backendCode = stringOf(member(body, 'error'));
  if (member(body, 'statusCode')?.kind !== 'number') return undefined;
  const isSecret = /^Secret with name\b/.test(stringOf(member(body, 'message')) ?? '');
  const code = status === 404 && isSecret ? 'NotFound' : usualCode(status);
  return { code, ...(backendCode === undefined ? {} : { backendCode }) };
}

/** An expired token is a 403 of this name. */
function refusesToken({ status }: HttpAnswer, body: JsonNode | undefined): boolean {
  return status === 401 || (status === 403 && stringOf(member(body, 'error')) === 'TokenError');
}

/** A path that this release does not have, or a project that is not there: the next path tells. */
function elsewhere(error: unknown): undefined {
  if (error instanceof ProviderError && error.details.status === 404) return undefined;
  throw error;
}
