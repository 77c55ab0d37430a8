import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ports } from '../../../server/compose.ts';
import { canaries } from '../../support/canaries.ts';
import { answering, controllerThat, parent, syncBody } from '../../support/hook-app.ts';
import { http } from '../../support/http.ts';
import { caPem, servingToken, startServing } from '../../support/serving.ts';

test('no value, token or foreign text is in a log at its finest level, a metric, an event or a refusal', async (t) => {
  const { marker, watch, assertNoCanary } = canaries();
  const value = marker();
  const data = { password: Buffer.from(value).toString('base64'), [marker()]: 'eA==' };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app', namespace: 'team-a' }, data };
  const outcomes = [
    () => answering({ children: [secret] }),
    () => answering({ status: { note: value } }),
    () => {
      throw Object.assign(new Error(value), { code: value, cause: new Error(value), body: value });
    },
    () => {
      throw value;
    },
    () => answering({ children: [{ ...secret, kind: '' }] }),
    () => Promise.reject(new AggregateError([new Error(value)], value)),
  ];
  let turn = 0;
  const controller = ({ events }: Ports) =>
    controllerThat(() => {
      events.record(parent, 'Warning', 'UpdateFailed', 'the backend refused access');
      return outcomes[turn++ % outcomes.length]?.() ?? answering();
    });
  const { running, log, written, post, headers } = await startServing(t, { controller });
  watch(servingToken);

  const observed = {
    ...syncBody,
    parent: { ...parent, spec: { password: value } },
    children: { 'Secret.v1': { 'team-a/app': secret } },
    related: { 'Secret.v1': { [`team-a/${value}`]: secret } },
  };
  const full = JSON.stringify(observed);
  const refusals: string[] = [];
  for (let index = 0; index < outcomes.length; index += 1) {
    const { status, body } = await post(full);
    if (status !== 200) refusals.push(String(body));
  }
  for (const [body, extra] of [
    [full.slice(0, -1), {}],
    [JSON.stringify({ ...observed, [value]: value }), {}],
    [full, { authorization: `Bearer ${value}` }],
    [full, { 'content-type': `text/${value}` }],
    [full, { 'x-header': value, cookie: value, 'content-type': 'text/plain' }],
    [`"${value.repeat(1_100_000)}"`, {}],
  ] as const)
    refusals.push(String((await post(body, extra)).body));
  for (const path of [
    `/${value}`,
    `/hooks/${value}/sync`,
    `/hooks/externalsecret/${value}?x=${value}`,
    `/%ff${value}`,
  ]) {
    const answer = await http({ url: running.url + path, method: 'POST', headers, body: full, caPem });
    assert.notEqual(answer.status, 200);
    refusals.push(String(answer.body), JSON.stringify(answer.headers));
  }
  const metrics = await http({ url: `${running.url}/metrics`, caPem, headers });
  await running.close();

  assert.equal(refusals.length, 4 + 6 + 2 * 4);
  assert.ok(log.records().length > 10 && written.length > 0, 'there was something to leak into');
  assertNoCanary(log.text(), String(metrics.body), written.join('\n'), refusals.join('\n'));
});
