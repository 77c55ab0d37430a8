import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createKubeApi } from '../../../server/kube.ts';
import { newKubePath } from '../../support/kube-server.ts';

describe('a kubeconfig that cannot be used is refused without a word of its content', () => {
  const file = (content: string) => {
    const path = newKubePath();
    writeFileSync(path, content);
    return path;
  };
  const cases: readonly [what: string, path: () => string][] = [
    ['a missing file', newKubePath],
    ['broken YAML', () => file('users: [{token: hunter2}\n  - : : hunter2')],
    ['no cluster', () => file('users: []')],
    [
      'another context',
      () => file('{"current-context": "hunter2", "clusters": [], "users": [], "contexts": []}'),
    ],
  ];
  for (const [what, path] of cases)
    test(what, () => {
      assert.throws(
        () => createKubeApi({ kubeconfig: path() }),
        (error: Error) => !/hunter2/.test(String(error.stack)),
      );
    });
});
