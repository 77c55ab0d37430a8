import type { Static } from 'typebox';
import type { GenerateDeps } from '../kit/generator.ts';
import { createHttpClient, type HttpClient } from '../kit/http.ts';
import { type AuthContext, openSession } from './auth.ts';
import type { awsAuth } from './auth-schema.ts';
import { type AwsEnvironment, readEnvironment } from './environment.ts';
import type { Session } from './session.ts';
import { createSdkTransport } from './transport.ts';

/** What all generators of AWS have in common. */
export interface AwsGeneratorSpec {
  readonly region: string;
  readonly auth?: Static<typeof awsAuth>;
  readonly role?: string;
}

/** AWS with the identity of one generator. */
export interface AwsPlace {
  readonly session: Session;
  readonly sts: AuthContext['sts'];
  readonly environment: AwsEnvironment;
  readonly http: HttpClient;
}

/** Runs work with a generator's identity, and ends its connections. Throws what a store's login throws. */
export async function withSession<T>(
  { region, auth, role }: AwsGeneratorSpec,
  deps: GenerateDeps,
  work: (place: AwsPlace) => Promise<T>,
): Promise<T> {
  const environment = await readEnvironment(process.env);
  const http = createHttpClient(environment.ca === undefined ? {} : { ca: environment.ca });
  try {
    const sdk = { region, maxAttempts: 1, requestHandler: createSdkTransport(http) };
    const sts = { ...sdk, ...(environment.sts === undefined ? {} : { endpoint: environment.sts }) };
    const scope = { kind: 'SecretStore', name: 'generator', namespace: deps.namespace } as const;
    const store = {
      service: 'SecretsManager',
      region,
      sessionTagsPolicy: 'None',
      ...(auth === undefined ? {} : { auth }),
      ...(role ? { role } : {}),
    } as const;
    return await work({ session: await openSession(store, { ...deps, scope, sts }), sts, environment, http });
  } finally {
    http.close();
  }
}
