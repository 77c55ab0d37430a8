import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApiServer } from '../../../../local/api/server.ts';
import { createStore } from '../../../../local/api/store.ts';
import { comparable } from './comparable.ts';
import { converse } from './conversation.ts';
import { readRecording } from './recording.ts';
import { scenarios } from './scenarios.ts';

// The recordings are answers of a real kube-apiserver 1.36 (record.ts makes them anew).
for (const [name, scenario] of Object.entries(scenarios))
  test(`${name}: answers as the real API server did`, async () => {
    const server = await startApiServer({ store: createStore() });
    try {
      const answers = await converse({ url: server.url }, scenario);
      const recorded = readRecording(name);
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
