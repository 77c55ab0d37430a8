import type { Static } from 'typebox';
import { type GenerateDeps, generator, secretText, textValues, withHttp } from '../kit/generator.ts';
import { member, objectIn, stringOf } from '../kit/json/member.ts';
import type { RestApi } from '../kit/rest.ts';
import { K } from '../kit/schema.ts';
import { goneAlready, isHttpUrl, notUrl, numeralIn, textIn, vendorApi } from './vendor-api.ts';

const spec = K.object(
  'The token, and the project or group that it is for.',
  {
    url: K.optional(K.string('Address of GitLab. Absent: https://gitlab.com.')),
    projectID: K.optional(K.string('Id or path of the project, as it is: not escaped.', { minLength: 1 })),
    groupID: K.optional(K.string('Id or path of the group, as it is: not escaped.', { minLength: 1 })),
    name: K.string('Name of the token.', { minLength: 1 }),
    scopes: K.list(
      'What the token may do.',
      K.enum('One right.', [
        'read_repository',
        'read_registry',
        'write_registry',
        'read_package_registry',
        'write_package_registry',
        'read_virtual_registry',
        'write_virtual_registry',
      ]),
      { minItems: 1 },
    ),
    expiresAt: K.optional(K.time('When the token ends. Absent: when it is taken back.')),
    username: K.optional(K.string('User name of the token. Absent: GitLab makes one.')),
    auth: K.object('Who makes the token.', {
      token: K.object('An access token with the scope api, of a Maintainer at least.', {
        secretRef: K.secretKeySelector('Secret key that holds the access token.'),
      }),
    }),
  },
  {
    rules: [
      {
        rule: 'has(self.projectID) != has(self.groupID)',
        message: 'exactly one of projectID and groupID must be set',
      },
    ],
  },
);
type Spec = Static<typeof spec>;
type Place = Pick<Spec, 'url' | 'projectID' | 'groupID'>;

/** A deploy token (docs.gitlab.com/api/deploy_tokens): `username`, `token`. It lives until it is taken back. */
export const gitlabDeployToken = generator({
  kind: 'GitlabDeployToken',
  description: 'Makes a deploy token of a GitLab project or group.',
  spec,
  problems: ({ url, projectID, groupID }) => [
    ...(url && !isHttpUrl(url) ? [notUrl('url')] : []),
    ...((projectID === undefined) === (groupID === undefined)
      ? [{ path: 'projectID', message: 'exactly one of projectID and groupID must be set' }]
      : []),
  ],
  async generate(spec, deps) {
    const { name, scopes, username, expiresAt } = spec;
    const what = whatOf(spec);
    return withApi(spec, spec, deps, async (api) => {
      const answer = await api.json({
        method: 'POST',
        path: collectionOf(spec),
        body: {
          name,
          scopes,
          ...(username ? { username } : {}),
          ...(expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() }),
        },
        call: 'CreateDeployToken',
        what,
        signal: deps.signal,
      });
      const id = numeralIn(answer, 'id', what);
      const { url = '', projectID, groupID } = spec;
      return {
        values: textValues({
          username: textIn(answer, 'username', what),
          token: textIn(answer, 'token', what),
        }),
        // Its end is the manifest's, and another token would have the same: nothing is won by making one before.
        state: JSON.stringify({ url, projectID, groupID, tokenID: Number(id) }),
      };
    });
  },
  async revoke(spec, state, deps) {
    // What the token was made for, whatever the generator says by now.
    const made = objectIn(state);
    const text = (name: string) => stringOf(member(made, name)) || undefined;
    const [url, projectID, groupID] = [text('url'), text('projectID'), text('groupID')];
    const place: Place = {
      ...(url === undefined ? {} : { url }),
      ...(projectID === undefined ? {} : { projectID }),
      ...(groupID === undefined ? {} : { groupID }),
    };
    const what = whatOf(place);
    const id = numeralIn(made, 'tokenID', what);
    await withApi(place, spec, deps, (api) =>
      api
        .answer({
          method: 'DELETE',
          path: `${collectionOf(place)}/${id}`,
          call: 'DeleteDeployToken',
          what,
          signal: deps.signal,
        })
        .catch(goneAlready),
    );
  },
});

async function withApi<T>(
  { url }: Place,
  { auth }: Spec,
  deps: GenerateDeps,
  work: (api: RestApi) => Promise<T>,
): Promise<T> {
  const token = await secretText(deps, auth.token.secretRef);
  const base = `${(url || 'https://gitlab.com').replace(/\/+$/, '')}/api/v4`;
  return withHttp(deps, (http) => work(vendorApi(base, { 'private-token': token }, http, deps)));
}

function collectionOf({ projectID, groupID = '' }: Place): string {
  const owner =
    projectID === undefined
      ? `groups/${encodeURIComponent(groupID)}`
      : `projects/${encodeURIComponent(projectID)}`;
  return `/${owner}/deploy_tokens`;
}

function whatOf({ projectID, groupID }: Place): string {
  return projectID === undefined ? `group ${groupID}` : `project ${projectID}`;
}
