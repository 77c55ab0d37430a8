import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'any HTTP endpoint, by templates and JSONPath',
  finds: [],
  pushes: true,
  auths: 'templated headers',
  testedAgainst: { fake: 'a loopback endpoint' },
};
