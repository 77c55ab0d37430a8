import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertGroups } from '../../../../deploy/monitoring/alerts.ts';
import { dashboard } from '../../../../deploy/monitoring/dashboard.ts';
import { metricTable } from '../../../../server/metric-table.ts';

const words = new Set('sum by max and on or rate absent vector histogram_quantile unless'.split(' '));
const labels: ReadonlySet<string> = new Set([
  ...Object.values(metricTable).flatMap((metric) => metric.labels as readonly string[]),
  'pod',
  'le',
]);
/** Names as scraped: a histogram has three. */
const names = new Set(
  Object.entries(metricTable).flatMap(([name, { type }]) =>
    type === 'histogram' ? ['bucket', 'count', 'sum'].map((suffix) => `${name}_${suffix}`) : [name],
  ),
);

function expressions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(expressions);
  if (typeof value !== 'object' || value === null) return [];
  const own = (value as { expr?: unknown }).expr;
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(value).flatMap(expressions)];
}

for (const [what, source] of [
  ['the alerts', alertGroups()],
  ['the dashboard', dashboard()],
] as const) {
  test(`${what} ask for metrics and labels that the process has`, () => {
    const all = expressions(source);
    assert.ok(all.length > 5);
    for (const expr of all) {
      const bare = expr.replace(/"[^"]*"/g, '""').replace(/\[[^\]]*\]/g, '');
      for (const [word] of bare.matchAll(/[a-z_][a-z0-9_]*/g))
        assert.ok(words.has(word) || labels.has(word) || names.has(word), `${word} in ${expr}`);
      assert.match(expr, new RegExp([...names].join('|')), 'an expression without a metric');
      for (const [open, shut] of ['()', '{}', '[]'] as const)
        assert.equal(expr.split(open!).length, expr.split(shut!).length, `${open}${shut} in ${expr}`);
    }
  });
}

test('no alert prints more of a series than its labels', () => {
  for (const [placeholder] of JSON.stringify(alertGroups()).matchAll(/\{\{.*?\}\}/g))
    assert.match(placeholder, /^\{\{ \$labels\.(kind|namespace|name) \}\}$/);
});
