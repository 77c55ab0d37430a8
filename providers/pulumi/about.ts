import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'values of an environment, by path',
  finds: [],
  pushes: true,
  auths: 'access token, ServiceAccount (OIDC)',
  testedAgainst: { fake: 'loopback' },
};
