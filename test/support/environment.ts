import type { TestContext } from 'node:test';

/** Sets variables of the process's environment until the test ends; undefined removes one. */
export function withEnvironment(
  t: TestContext,
  variables: Readonly<Record<string, string | undefined>>,
): void {
  const set = (values: Readonly<Record<string, string | undefined>>) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  t.after(() => set(before));
  set(variables);
}
