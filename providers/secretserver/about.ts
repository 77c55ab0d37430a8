import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'secrets by id, path, name or name in a folder, fields, files',
  finds: [],
  pushes: true,
  auths: 'user and password, service account of the Delinea Platform, token',
  testedAgainst: { fake: 'loopback' },
};
