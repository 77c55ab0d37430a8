import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startApiServer } from '../../../../local/api/server.ts';
import { createStore } from '../../../../local/api/store.ts';
import { comparable } from './comparable.ts';
import { converse, type Exchange } from './conversation.ts';
import { scenarios } from './scenarios.ts';

// The recordings are answers of a real kube-apiserver 1.36 (record.ts makes them anew).
for (const [name, scenario] of Object.entries(scenarios))
  test(`${name}: answers as the real API server did`, async () => {
    const server = await startApiServer({ store: createStore() });
    try {
      const answers = await converse({ url: server.url }, scenario);
      const recorded = readFileSync(join(import.meta.dirname, 'recorded', `${name}.jsonl`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Exchange);
      for (const [index, real] of recorded.entries())
        assert.deepEqual(
          comparable(answers[index], real),
          comparable(real, real),
          `answer ${index + 1}: ${real.request}`,
        );
      assert.equal(answers.length, recorded.length);
    } finally {
      await server.close();
    }
  });
