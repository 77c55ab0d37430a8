import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'secrets of a config',
  finds: ['name', 'path'],
  pushes: true,
  auths: 'token, ServiceAccount (OIDC)',
  testedAgainst: { fake: 'loopback' },
};
