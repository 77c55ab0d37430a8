import type { About } from '../kit/about.ts';

export const about: About = {
  reads: 'references, items, files, environments',
  finds: ['tags', 'title', 'labels'],
  pushes: true,
  auths: 'service account token',
  testedAgainst: {
    fake: 'the SDK over a double of its core; its WASM core offline only, so nothing is shown of proxies and CAs',
  },
};
