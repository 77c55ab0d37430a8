import type { Problem, Provider } from '../kit/provider.ts';
import { type FakeSpec, fakeSpec } from './schema.ts';

/** Values that stand in the store itself, for tests and demos (spec providers 10). */
export const fake: Provider<typeof fakeSpec> = {
  name: 'fake',
  label: () => 'Fake',
  spec: fakeSpec,
  capabilities: 'ReadWrite',
  findsByKey: true,
  maintenance: 'NotMaintained',
  validate,
  references: () => [],
  async connect(spec) {
    const { connectFake } = await import('./client.ts');
    return connectFake(spec);
  },
};

function validate({ data }: FakeSpec): Problem[] {
  return data.flatMap(({ key, value }, index) => [
    ...(key === '' ? [{ path: `data[${index}].key`, message: 'must not be empty' }] : []),
    ...(value === '' ? [{ path: `data[${index}].value`, message: 'must not be empty' }] : []),
  ]);
}
