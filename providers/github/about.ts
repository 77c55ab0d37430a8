import type { About } from '../kit/about.ts';

export const about: About = {
  reads: '-',
  finds: [],
  pushes: true,
  auths: 'GitHub App',
  testedAgainst: { fake: 'loopback' },
};
