import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'secrets, parameters, versions',
  finds: ['name', 'tags', 'path'],
  pushes: true,
  auths: 'static keys, IRSA (serviceAccountRef), pod, roles with session tags',
  testedAgainst: { emulator: 'moto 5.2', fake: 'loopback' },
};
