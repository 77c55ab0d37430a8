import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consumedSecrets } from '../../../../composite-controllers/rollout/consumed.ts';
import { deployment } from './workload.ts';

const of = (podSpec: object) => Object.fromEntries(consumedSecrets(deployment({}, podSpec)));
const env = (name: string, optional?: boolean) => ({
  valueFrom: { secretKeyRef: { name, key: 'k', ...(optional === undefined ? {} : { optional }) } },
});

const cases: [what: string, podSpec: object, consumed: object][] = [
  ['nothing', { containers: [{ env: [{ name: 'A', value: 'b' }] }] }, {}],
  ['env', { containers: [{ env: [env('a'), env('b', true)] }] }, { a: 'required', b: 'optional' }],
  [
    'envFrom',
    { containers: [{ envFrom: [{ secretRef: { name: 'a' } }, { configMapRef: { name: 'c' } }] }] },
    { a: 'required' },
  ],
  ['init containers', { initContainers: [{ env: [env('a')] }], containers: [{}] }, { a: 'required' }],
  [
    'volumes',
    {
      volumes: [
        { secret: { secretName: 'a' } },
        { secret: { secretName: 'b', optional: true } },
        { emptyDir: {} },
      ],
    },
    { a: 'required', b: 'optional' },
  ],
  [
    'projected volumes',
    {
      volumes: [
        {
          projected: {
            sources: [
              { secret: { name: 'a' } },
              { configMap: { name: 'c' } },
              { secret: { name: 'b', optional: true } },
            ],
          },
        },
      ],
    },
    { a: 'required', b: 'optional' },
  ],
  [
    'one that is optional in one place and required in another',
    { containers: [{ env: [env('a', true), env('a'), env('a', true)] }] },
    { a: 'required' },
  ],
  [
    'not what pulls the image',
    { imagePullSecrets: [{ name: 'pull' }], containers: [{ env: [env('a')] }] },
    { a: 'required' },
  ],
  ['names that a template leaves out', { containers: [{ env: [env('')] }], volumes: [{ secret: {} }] }, {}],
];

for (const [what, podSpec, consumed] of cases)
  test(`a pod works with: ${what}`, () => assert.deepEqual(of(podSpec), consumed));

test('a workload without a pod template works with no Secret', () => {
  assert.deepEqual(consumedSecrets({ ...deployment(), spec: undefined }), new Map());
});
