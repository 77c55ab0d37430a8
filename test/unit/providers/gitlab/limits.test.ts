import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gitlab } from '../../../../providers/gitlab/index.ts';

test('gitlab.com has a limit; of an own GitLab its administrators know', () => {
  const limits = (url?: string) =>
    gitlab.rateLimits?.({ auth: { SecretRef: {} }, ...(url === undefined ? {} : { url }) });
  assert.deepEqual(limits(), [{ calls: 2_000, seconds: 60 }]);
  assert.deepEqual(limits('https://gitlab.com/'), limits());
  assert.deepEqual(limits('https://gitlab.example.com'), []);
});
