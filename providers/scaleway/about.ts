import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'secrets by name, path or id, revisions',
  finds: ['name', 'tags', 'path'],
  pushes: true,
  auths: 'API key',
  testedAgainst: { fake: 'loopback' },
};
