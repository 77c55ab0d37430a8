import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'KV v1, v2, versions, metadata',
  finds: ['name', 'tags', 'path'],
  pushes: true,
  auths: "all of ESO's; gcp: no workloadIdentity",
  testedAgainst: { 'real server': 'Vault 1.14', fake: 'loopback' },
};
