import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'fields, files, one-time passwords',
  finds: ['tags', 'title', 'labels'],
  pushes: true,
  auths: 'Connect token',
  testedAgainst: { fake: 'loopback' },
};
