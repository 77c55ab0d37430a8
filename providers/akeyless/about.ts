import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'static, dynamic and rotated secrets, certificates, versions',
  finds: ['name', 'tags', 'path'],
  pushes: true,
  auths: 'access key, ServiceAccount, Azure workload identity; of the hook itself AWS, Azure, Google',
  testedAgainst: { fake: 'loopback' },
};
