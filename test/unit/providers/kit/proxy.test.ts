import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor } from '../../../../providers/kit/proxy.ts';

const both = { HTTPS_PROXY: 'http://secure:3128', HTTP_PROXY: 'http://plain:3128' };

test('the proxy depends on the scheme, in either spelling, and may lack its own', () => {
  const rows: [url: string, env: Record<string, string>, proxy: string | undefined][] = [
    ['https://vault.example.com', both, 'http://secure:3128'],
    ['http://vault.example.com', both, 'http://plain:3128'],
    ['https://vault.example.com', { https_proxy: 'proxy:80' }, 'http://proxy:80'],
    ['https://vault.example.com', { HTTP_PROXY: 'http://plain:3128' }, undefined],
    ['https://vault.example.com', { HTTPS_PROXY: '' }, undefined],
    ['https://vault.example.com', {}, undefined],
  ];
  for (const [url, env, proxy] of rows) assert.equal(proxyFor(new URL(url), env), proxy, url);
});

test('loopback is never proxied', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]']) {
    assert.equal(proxyFor(new URL(`https://${host}:8200`), both), undefined, host);
  }
});

test("NO_PROXY is read by Go's rules", () => {
  const rows: [noProxy: string, url: string, exempt: boolean][] = [
    ['*', 'https://vault.example.com', true],
    ['example.com', 'https://example.com', true],
    ['example.com', 'https://vault.example.com', true],
    ['example.com', 'https://notexample.com', false],
    ['.example.com', 'https://vault.example.com', true],
    ['.example.com', 'https://example.com', false],
    ['*.example.com', 'https://vault.example.com', true],
    ['svc,cluster.local', 'https://vault.vault.svc:8200', true],
    [' EXAMPLE.com , other', 'https://Vault.Example.com', true],
    ['example.com:8200', 'https://example.com:8200', true],
    ['example.com:8200', 'https://example.com', false],
    ['example.com:443', 'https://example.com', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3:8200', true],
    ['10.1.2.3:443', 'https://10.1.2.3:8200', false],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['fd00::1', 'https://[fd00::1]', true],
    ['[fd00::1]:8200', 'https://[fd00::1]:8200', true],
    ['', 'https://example.com', false],
    [',,', 'https://example.com', false],
  ];
  for (const [noProxy, url, exempt] of rows) {
    const proxy = proxyFor(new URL(url), { ...both, NO_PROXY: noProxy });
    assert.equal(proxy === undefined, exempt, `${noProxy} ${url}`);
  }
});
