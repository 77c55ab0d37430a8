// needs: openssh
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generatorRegistry } from '../../../../providers/generator-registry.ts';
import type { GenerateDeps } from '../../../../providers/kit/generator.ts';
import { tempDir } from '../../../support/temp-dir.ts';

async function make(kind: string, spec: object) {
  const { values } = await generatorRegistry.get(kind)!.generate(spec, {} as GenerateDeps);
  return Object.fromEntries([...values].map(([key, value]) => [key, Buffer.from(value).toString()]));
}

for (const [spec, type, bits] of [
  [{ keyType: 'rsa' }, 'ssh-rsa', 2048],
  [{ keyType: 'rsa', keySize: 3072 }, 'ssh-rsa', 3072],
  [{ keyType: 'ecdsa' }, 'ecdsa-sha2-nistp256', 256],
  [{ keyType: 'ecdsa', keySize: 384 }, 'ecdsa-sha2-nistp384', 384],
  [{ keyType: 'ecdsa', keySize: 521 }, 'ecdsa-sha2-nistp521', 521],
  [{ keyType: 'ecdsa', keySize: 4096 }, 'ecdsa-sha2-nistp256', 256],
  [{ keyType: 'ed25519', comment: 'me@here' }, 'ssh-ed25519', 256],
] as const)
  test(`SSHKey: OpenSSH takes ${JSON.stringify(spec)}`, async () => {
    const { privateKey = '', publicKey = '' } = await make('SSHKey', spec);
    const comment = 'comment' in spec ? ` ${spec.comment}` : '';
    assert.match(publicKey, new RegExp(`^${type} [A-Za-z0-9+/=]+${comment}\n$`));
    const file = join(tempDir('ssh'), 'key');
    writeFileSync(file, privateKey, { mode: 0o600 });
    assert.equal(run('-y', '-f', file).trim(), publicKey.trim(), 'the public key is that of the private one');
    assert.match(run('-l', '-f', file), new RegExp(`^${bits} `));
  });

function run(...args: string[]): string {
  return execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
