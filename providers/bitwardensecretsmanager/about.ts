import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'secrets by id or name',
  finds: ['name'],
  pushes: true,
  auths: 'access token of a machine account',
  testedAgainst: { fake: 'a loopback bitwarden-sdk-server' },
};
