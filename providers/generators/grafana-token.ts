import { randomUUID } from 'node:crypto';
import type { Static } from 'typebox';
import { type GenerateDeps, generator, secretText, textValues, withHttp } from '../kit/generator.ts';
import { itemsOf } from '../kit/json/make.ts';
import { member, objectIn, stringOf } from '../kit/json/member.ts';
import type { RestApi } from '../kit/rest.ts';
import { K } from '../kit/schema.ts';
import { goneAlready, isHttpUrl, notUrl, numeralIn, textIn, vendorApi } from './vendor-api.ts';

const selector = (description: string) =>
  K.object(description, {
    name: K.optional(K.objectName('Name of the Secret.')),
    key: K.optional(K.dataKey('Key in its data.')),
  });

const spec = K.object('The service account whose tokens are made.', {
  url: K.string('Address of Grafana.'),
  auth: K.object('Who makes them: somebody who may make service accounts.', {
    token: K.optional(selector('Secret key that holds the token of a service account.')),
    basic: K.optional(
      K.object('A user and its password.', {
        username: K.string('Name of the user.'),
        password: selector('Secret key that holds the password.'),
      }),
    ),
  }),
  serviceAccount: K.object('The service account; it is made when there is none of the name.', {
    name: K.string('Its name.'),
    role: K.string('Its role: Viewer, Editor or Admin.'),
    secondsToLive: K.optional(
      K.int('Seconds after which a token ends. Absent: when it is taken back.', {
        format: 'int64',
        minimum: 1,
      }),
    ),
  }),
});
type Spec = Static<typeof spec>;

/** A token of a service account (grafana.com/docs/grafana/latest/developers/http_api/serviceaccount): `login`, `token`. */
export const grafanaToken = generator({
  kind: 'Grafana',
  description: 'Makes a token of a Grafana service account.',
  spec,
  problems: ({ url, auth }) => [
    ...(isHttpUrl(url) ? [] : [notUrl('url')]),
    ...(auth.token === undefined && auth.basic === undefined
      ? [{ path: 'auth', message: 'needs token or basic' }]
      : []),
  ],
  async generate(spec, deps) {
    const { name, secondsToLive } = spec.serviceAccount;
    const what = `service account ${name}`;
    const madeAt = deps.now();
    return withApi(spec, deps, async (api) => {
      const { id, login } = await accountOf(spec, api, what, deps);
      const made = await api.json({
        method: 'POST',
        path: `/api/serviceaccounts/${id}/tokens`,
        body: { name: randomUUID(), ...(secondsToLive === undefined ? {} : { secondsToLive }) },
        call: 'CreateToken',
        what,
        signal: deps.signal,
      });
      const tokenID = Number(numeralIn(made, 'id', what));
      return {
        values: textValues({ login, token: textIn(made, 'key', what) }),
        ...(secondsToLive === undefined ? {} : { until: madeAt + secondsToLive * 1000 }),
        state: JSON.stringify({ serviceAccount: { id: Number(id), login, tokenID } }),
      };
    });
  },
  async revoke(spec, state, deps) {
    const what = `service account ${spec.serviceAccount.name}`;
    const account = member(objectIn(state), 'serviceAccount');
    const [id, token] = [numeralIn(account, 'id', what), numeralIn(account, 'tokenID', what)];
    await withApi(spec, deps, (api) =>
      api
        .answer({
          method: 'DELETE',
          path: `/api/serviceaccounts/${id}/tokens/${token}`,
          call: 'DeleteToken',
          what,
          signal: deps.signal,
        })
        .catch(goneAlready),
    );
  },
});

interface Account {
  readonly id: string;
  readonly login: string;
}

async function accountOf(
  { serviceAccount }: Spec,
  api: RestApi,
  what: string,
  deps: GenerateDeps,
): Promise<Account> {
  const { name, role } = serviceAccount;
  const { signal } = deps;
  const accountIn = (node: Parameters<typeof textIn>[0]) => ({
    id: numeralIn(node, 'id', what),
    login: textIn(node, 'login', what),
  });
  const query = { query: name, perpage: '1000' };
  const found = await api.json({
    path: '/api/serviceaccounts/search',
    query,
    call: 'SearchServiceAccounts',
    what,
    signal,
  });
  const known = itemsOf(member(found, 'serviceAccounts')).find(
    (item) => stringOf(member(item, 'name')) === name,
  );
  if (known !== undefined) return accountIn(known);
  return accountIn(
    await api.json({
      method: 'POST',
      path: '/api/serviceaccounts',
      body: { name, role },
      call: 'CreateServiceAccount',
      what,
      signal,
    }),
  );
}

async function withApi<T>(
  { url, auth }: Spec,
  deps: GenerateDeps,
  work: (api: RestApi) => Promise<T>,
): Promise<T> {
  const { token, basic } = auth;
  const authorization =
    token !== undefined
      ? `Bearer ${await secretText(deps, token)}`
      : `Basic ${Buffer.from(`${basic?.username}:${await secretText(deps, basic?.password ?? {})}`).toString('base64')}`;
  return withHttp(deps, (http) => work(vendorApi(url, { authorization }, http, deps)));
}
