import { readFile } from 'node:fs/promises';
import { ProviderError } from '../../kit/errors.ts';
import { member, objectIn, stringOf } from '../../kit/json/member.ts';
import type { JsonNode } from '../../kit/json/tokenizer.ts';
import { form, requestToken } from '../../kit/oauth.ts';
import { readExternalAccount } from './external-account.ts';
import { externalLogin } from './federation.ts';
import { keyLogin } from './key.ts';
import { type AuthContext, cloudPlatform, type Login } from './login.ts';

const what = "the hook's own Google identity";

/**
 * The hook's own identity, by Application Default Credentials (cloud.google.com/docs/authentication/application-default-credentials)
 * without the files of a developer's machine: what `GOOGLE_APPLICATION_CREDENTIALS` names, else the metadata server.
 */
export async function ownLogin(
  context: AuthContext,
  { GOOGLE_APPLICATION_CREDENTIALS: path }: Readonly<Record<string, string | undefined>>,
): Promise<Login> {
  if (path) return fileLogin(objectIn(await readCredentials(path)), context);
  const { google, now } = context;
  const query = google.metadata(`instance/service-accounts/default/token?scopes=${cloudPlatform}`);
  return () => requestToken(google.metadataHttp, { method: 'GET', what, ...query }, now());
}

function fileLogin(file: JsonNode | undefined, context: AuthContext): Login {
  switch (stringOf(member(file, 'type'))) {
    case 'service_account':
      return keyLogin(file, what, context);
    case 'external_account':
      return externalLogin(readExternalAccount(file, what), what, context);
    case 'authorized_user': {
      const text = (name: string) => stringOf(member(file, name)) ?? '';
      const grant = {
        grant_type: 'refresh_token',
        client_id: text('client_id'),
        client_secret: text('client_secret'),
        refresh_token: text('refresh_token'),
      };
      const query = { url: 'https://oauth2.googleapis.com/token', what, ...form(grant) };
      return () => requestToken(context.google.apis, query, context.now());
    }
    default:
      throw new ProviderError('Misconfigured', {
        what: 'GOOGLE_APPLICATION_CREDENTIALS names a file of a kind that is not supported',
      });
  }
}

async function readCredentials(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch {
    throw new ProviderError('CredentialMissing', { what: 'the file of GOOGLE_APPLICATION_CREDENTIALS' });
  }
}
