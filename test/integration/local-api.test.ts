// needs: cluster
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Cluster, startCluster } from '../testbed/cluster.ts';
import { comparable } from '../unit/local/api/comparable.ts';
import { converse } from '../unit/local/api/conversation.ts';
import { readRecording } from '../unit/local/api/recording.ts';
import { scenarios } from '../unit/local/api/scenarios.ts';

describe('a real API server answers as it was recorded for the local one', () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.stop());

  for (const [name, scenario] of Object.entries(scenarios))
    test(name, async () => {
      const endpoint = { url: cluster.server, token: cluster.admin.token };
      const answers = await converse(endpoint, scenario);
      for (const [index, real] of readRecording(name).entries())
        assert.deepEqual(
          comparable(answers[index], real),
          comparable(real, real),
          `answer ${index + 1}: ${real.request}`,
        );
    });
});
