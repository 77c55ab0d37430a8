import type { Static } from 'typebox';
import { makeCall } from '../kit/calls.ts';
import { type ErrorDetails, ProviderError } from '../kit/errors.ts';
import { type GenerateDeps, type Generated, generator, textValues } from '../kit/generator.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, objectIn, stringOf } from '../kit/json/member.ts';
import type { JsonNode } from '../kit/json/tokenizer.ts';
import { K } from '../kit/schema.ts';
import { awsAuth } from './auth-schema.ts';
import { codeOf } from './errors.ts';
import type { AwsPlace } from './generator-session.ts';
import { isRegion } from './rules.ts';

const spec = K.object('Who asks for the token, and where.', {
  region: K.string('Region of the registry. Public registries are in us-east-1.'),
  auth: K.optional(awsAuth),
  role: K.optional(K.string('ARN of a role that is assumed before.')),
  scope: K.optional(K.string('public for ECR Public; a private registry otherwise.')),
});
type Spec = Static<typeof spec>;

/** A login at a registry, good for 12 hours: `username`, `password`, `expires_at`, and `proxy_endpoint` of a private one. */
export const ecrAuthorizationToken = generator({
  kind: 'ECRAuthorizationToken',
  description: 'Makes a login at an Amazon container registry.',
  spec,
  problems: ({ region }) => (isRegion(region) ? [] : [{ path: 'region', message: 'is no region' }]),
  async generate(spec, deps) {
    const { withSession } = await import('./generator-session.ts');
    return withSession(spec, deps, (place) => makeLogin(spec, place, deps));
  },
});

/** The API of a registry: its address, its name to the signer, and what it calls the operation. */
interface Registry {
  readonly url: string;
  readonly signingName: string;
  readonly target: string;
}

function registryOf({ region, scope }: Spec, { environment }: AwsPlace): Registry {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return scope === 'public'
    ? {
        // docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_GetAuthorizationToken.html
        url: environment.ecrPublic ?? `https://api.ecr-public.${region}.${domain}`,
        signingName: 'ecr-public',
        target: 'SpencerFrontendService.GetAuthorizationToken',
      }
    : {
        // docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
        url: environment.ecr ?? `https://api.ecr.${region}.${domain}`,
        signingName: 'ecr',
        target: 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      };
}

async function makeLogin(spec: Spec, place: AwsPlace, deps: GenerateDeps): Promise<Generated> {
  const what = 'an authorization token';
  const answer = await send(registryOf(spec, place), spec.region, place, what, deps);
  const data = member(answer, 'authorizationData');
  const one = spec.scope === 'public' ? data : itemsOf(data)[0];
  const token = Buffer.from(stringOf(member(one, 'authorizationToken')) ?? '', 'base64').toString();
  const colon = token.indexOf(':');
  const endpoint = stringOf(member(one, 'proxyEndpoint'));
  const end = member(one, 'expiresAt');
  const seconds = end?.kind === 'number' ? Math.floor(Number(end.text)) : Number.NaN;
  if (colon < 1 || Number.isNaN(seconds) || (spec.scope !== 'public' && !endpoint))
    throw new ProviderError('Malformed', { what });
  return {
    values: textValues({
      username: token.slice(0, colon),
      password: token.slice(colon + 1),
      ...(spec.scope === 'public' ? {} : { proxy_endpoint: endpoint ?? '' }),
      expires_at: String(seconds),
    }),
    until: seconds * 1000,
  };
}

/** One call in AWS JSON 1.1, by the SDK's own signer: its clients of registries are big, and this is all of them. */
async function send(
  { url, signingName, target }: Registry,
  region: string,
  { session, sts, http }: AwsPlace,
  what: string,
  deps: GenerateDeps,
): Promise<JsonNode> {
  const { STSClient } = await import('@aws-sdk/client-sts');
  const { config } = new STSClient({ ...sts, credentials: await session.keys() });
  const signer = await config.signer({ name: 'sigv4', signingName, signingRegion: region, properties: {} });
  const to = new URL(url);
  const { headers, method, body } = await signer.sign({
    method: 'POST',
    protocol: to.protocol,
    hostname: to.hostname,
    path: '/',
    headers: { host: to.host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: '{}',
  });
  const { host: _, ...sent } = headers;
  const request = {
    method,
    url: `${to.origin}/`,
    headers: sent,
    body: Buffer.from(body),
    what,
    signal: deps.signal,
  };
  const answer = await makeCall(
    deps,
    { name: 'GetAuthorizationToken', signal: deps.signal },
    () => http.request(request),
    ({ status }) => status === 200,
  );
  const root = objectIn(answer.bytes);
  if (answer.status === 200 && root !== undefined) return root;
  const name = stringOf(member(root, '__type'))?.split('#').at(-1);
  const details: ErrorDetails = {
    what,
    status: answer.status,
    ...(name === undefined ? {} : { backendCode: name }),
  };
  throw new ProviderError(
    codeOf({ name: name ?? '', status: answer.status, named: name !== undefined }),
    details,
  );
}
