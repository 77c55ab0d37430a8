import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { SecretObject } from '../../../composite-controllers/lib/objects.ts';
import { doomedCrds } from '../../../local/migration/helm-release.ts';

const recordOf = (text: string): SecretObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'sh.helm.release.v1.eso.v1' },
  data: { release: Buffer.from(gzipSync(text).toString('base64')).toString('base64') },
});
const release = (manifest: string) => recordOf(JSON.stringify({ manifest }));
const crd = (group: string, policy: string) => `---
kind: CustomResourceDefinition
metadata: {name: things.${group}, annotations: {helm.sh/resource-policy: ${policy}}}
spec: {group: ${group}}
`;

test('the CRDs of the shared kinds that a release does not keep go with it', () => {
  const eso = 'external-secrets.io';
  assert.deepEqual(doomedCrds(release(crd(eso, 'keep'))), []);
  assert.deepEqual(doomedCrds(release(crd(eso, 'delete') + crd(`generators.${eso}`, 'none'))), [
    `things.${eso}`,
    `things.generators.${eso}`,
  ]);
  assert.deepEqual(doomedCrds(release(`# beside ${eso}\n${crd('other.example', 'none')}`)), []);
  assert.deepEqual(doomedCrds(release('kind: [')), [], 'a release of something else is not read');
});

test('a record that cannot be read is told apart from one without CRDs', () => {
  const unreadable = [
    recordOf('no JSON'),
    { ...recordOf('{}'), data: { release: 'bm90IGd6aXA=' } },
    release('kind: *external-secrets.io'),
  ];
  for (const record of unreadable) assert.equal(doomedCrds(record), undefined);
});
