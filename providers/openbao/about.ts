import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'KV v1, v2, versions, metadata',
  finds: ['name', 'path'],
  pushes: false,
  auths: 'token, AppRole, user and password',
  testedAgainst: { fake: 'loopback; and Vault 1.14, whose API it has' },
};
