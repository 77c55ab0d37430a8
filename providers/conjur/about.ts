import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'variables, versions',
  finds: ['name', 'annotations'],
  pushes: false,
  auths: 'API key, JWT (ServiceAccount or Secret), client certificate',
  testedAgainst: { fake: 'loopback' },
};
