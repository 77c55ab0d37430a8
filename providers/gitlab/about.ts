import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'variables of projects and groups, by environment',
  finds: ['name', 'environment'],
  pushes: false,
  auths: 'access token',
  testedAgainst: { fake: 'loopback' },
};
