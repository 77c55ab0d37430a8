import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'secrets, keys, certificates, versions, tags',
  finds: ['name', 'tags'],
  pushes: true,
  auths: 'service principal (secret, certificate), managed identity, workload identity',
  testedAgainst: { fake: 'the SDKs against a loopback' },
};
