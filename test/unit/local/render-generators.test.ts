import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readManifests } from '../../../local/manifests.ts';
import { render } from '../../../local/render.ts';

test('examples/generators: what is generated is rendered without a cluster', async () => {
  const { manifests, problems } = readManifests([join(import.meta.dirname, '../../../examples/generators')]);
  assert.deepEqual(problems, []);
  const rendering = await render(manifests);
  assert.deepEqual(rendering.problems, []);
  const texts = Object.fromEntries(
    rendering.secrets.flatMap(({ data = {} }) =>
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    ),
  );
  assert.match(
    texts.url ?? '',
    /^postgres:\/\/app:[A-Za-z0-9]{32}@database\/app\?application_name=[0-9a-f-]{36}$/,
  );
  assert.match(texts['ssh-privatekey'] ?? '', /^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
  assert.match(texts['ssh-publickey'] ?? '', /^ssh-ed25519 \S+ deploy@example\n$/);
});
