import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'payloads, versions, aliases, labels and annotations',
  finds: ['name', 'labels', 'path'],
  pushes: true,
  auths: 'service account key, GKE Workload Identity, Workload Identity Federation, pod',
  testedAgainst: { fake: 'the SDK against a loopback' },
};
