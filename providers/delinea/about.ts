import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'secrets by path',
  finds: [],
  pushes: false,
  auths: 'client credential',
  testedAgainst: { fake: 'loopback' },
};
