import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'values of the store itself',
  finds: ['name'],
  pushes: true,
  auths: 'none',
  testedAgainst: { fake: 'itself' },
};
