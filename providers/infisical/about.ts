import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'secrets of an environment, folders, imports, versions',
  finds: ['name', 'path'],
  pushes: true,
  auths: "all of ESO's: universal, token, JWT, LDAP, OCI; of the hook itself Kubernetes, AWS, Azure, Google",
  testedAgainst: { fake: 'loopback' },
};
