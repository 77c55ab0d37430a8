import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'Secrets, labels and annotations',
  finds: ['name', 'tags'],
  pushes: true,
  auths: 'ServiceAccount, token, client certificate, kubeconfig',
  testedAgainst: { 'real server': 'kube-apiserver 1.36', fake: 'the one in `local/`, behind a door' },
};
