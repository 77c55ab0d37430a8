import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { refuseOutsideCalls } from '../../support/outside-calls.ts';

/** What ends in an error, and what does not, by code. */
const attempts = `
const outcome = (promise) => promise.then(() => 'reached', (error) => error.cause?.code ?? error.code);
const { Resolver, lookup } = require('node:dns').promises;
const http2 = require('node:http2');
const server = require('node:http').createServer((_, response) => response.end()).listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const connected = (client) => outcome(new Promise((resolve, reject) => client.on('connect', resolve).on('error', reject)));
  const outcomes = [
    await outcome(fetch('http://192.0.2.1')),
    await outcome(fetch('https://keyhook.example')),
    await outcome(lookup('keyhook.example')),
    await connected(http2.connect('http://192.0.2.2')),
    await connected(require('node:tls').connect({ host: '2001:db8::1', port: 443 })),
    await connected(require('node:net').connect(80, '169.254.169.254')),
    await outcome(fetch('http://no-such-host.invalid')),
    await outcome(fetch('http://127.0.0.1:' + port)),
    await outcome(fetch('http://localhost:' + port)),
  ];
  server.close();
  server.closeAllConnections();
  console.log(outcomes.join(' '));
});
`;

test('what a test starts reaches loopback only, and every other call is told', async () => {
  const calls = refuseOutsideCalls();
  const child = spawn(process.execPath, ['-e', attempts], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [outcomes] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const refused = Array(6).fill('ECONNREFUSED').with(2, 'ENOTFOUND');
  assert.deepEqual(outcomes.trim().split(' '), [...refused, 'ECONNREFUSED', 'reached', 'reached']);
  assert.deepEqual(
    calls().map((line) => line.split(' ')[0]),
    ['192.0.2.1', 'keyhook.example', 'keyhook.example', '192.0.2.2', '2001:db8::1', '169.254.169.254'],
  );
});
