import type { Scenario } from '../conversation.ts';
import { mergePatch } from './builders.ts';
import { kind } from './widgets.ts';

/** Pruning, defaulting and validation by the schema. */
const customSchema: Scenario = async (call, wait) => {
  const { path, widget } = await kind(call, wait, 'schema');
  const post = (fields: object, query = '') => call('POST', `${path}${query}`, widget('bad', fields));
  await call(
    'POST',
    path,
    widget('good', {
      extra: 1,
      spec: {
        size: 1,
        unknown: 1,
        nested: { needed: 'x', deep: { unknown: 1 } },
        labels: { a: 'b' },
        bag: { known: 1, more: { deeper: [1] } },
        any: [{ x: null }],
        port: 80,
        items: [{ name: 'n', unknown: 1 }],
        nullable: null,
        mode: null,
      },
    }),
  );
  await call(
    'POST',
    path,
    widget('nulls', { spec: { size: null, nested: null, labels: { a: null }, bag: { x: null } } }),
  );
  await post({ spec: { size: 0 } });
  await post({ spec: { size: 11 } });
  await post({ spec: { size: 1.5 } });
  await post({ spec: { size: '1' } });
  await post({ spec: { ratio: 'x' } });
  await post({ spec: { mode: 'C' } });
  await post({ spec: { name: 'a' } });
  await post({ spec: { name: 'abcde' } });
  await post({ spec: { name: 'A1' } });
  await post({ spec: { on: 'true' } });
  await post({ spec: { nested: {} } });
  await post({ spec: { nested: { needed: 1, deep: { flag: 'x' } } } });
  await post({ spec: { labels: {} } });
  await post({ spec: { labels: { a: 1 } } });
  await post({ spec: { labels: { a: '', b: '', c: '' } } });
  await post({ spec: { bag: { known: 'x' } } });
  await post({ spec: { port: true } });
  await post({ spec: { items: [] } });
  await post({ spec: { items: [{}, { name: 'a' }, { name: 'b' }, { name: 'c' }] } });
  await post({ spec: { items: {} } });
  await post({ spec: { named: [{ name: 'a' }, { name: 'a' }] } });
  await post({ spec: { unique: ['a', 'a'] } });
  for (const ca of ['', 'YQ', 'YQ==', '_w==', 'Y\nQ==', 'a b=']) await post({ spec: { size: 0, ca } });
  for (const when of [
    '2001-01-01T00:00:00Z',
    '2001-01-01T00:00:00.123+02:00',
    '2001-01-01',
    '2001-13-01T00:00:00Z',
    '2001-01-01 00:00:00Z',
    '',
  ])
    await post({ spec: { size: 0, when } });
  await post({ spec: { small: 2 ** 31 } });
  await post({ spec: { size: 0, small: -(2 ** 31), big: 2 ** 53 } });
  for (const one of [{}, { x: 'a' }, { x: 'a', y: 'b' }]) await post({ spec: { size: 0, one } });
  await post({ spec: 'x' });
  await post({ spec: { size: 0, name: 'A' } });
  await post({ metadata: { name: 'Bad' } });
  await post({ spec: { unknown: 1, nested: { needed: 'x', more: 1 } }, other: 1 }, '?fieldValidation=Strict');
  await mergePatch(call, `${path}/good`, { spec: { unknown: 2 } });
  await mergePatch(call, `${path}/good`, { spec: { size: 'x' } });
  await mergePatch(call, `${path}/good`, { spec: { nested: { deep: null } } });
};

export const customSchemaScenarios = { customSchema };
