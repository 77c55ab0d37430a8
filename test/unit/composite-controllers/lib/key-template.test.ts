import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ValueError } from '../../../../composite-controllers/lib/errors.ts';
import { keyTemplates } from '../../../../composite-controllers/lib/key-template.ts';

const rename = (template: string, key: string) => keyTemplates(Date.UTC(2024, 0, 2))(template)(key);

describe('templates of keys', () => {
  const rows: [template: string, key: string, expected: string][] = [
    ['{{ .value | upper }}', 'db-password', 'DB-PASSWORD'],
    ['{{ trimPrefix "app/" .value | replace "/" "_" }}', 'app/db/user', 'db_user'],
    ['fixed', 'any', 'fixed'],
    ['{{ .value }}', 'schlüssel', 'schlüssel'],
    ['<< .value >>{{ .value }}', 'k', '<< .value >>k'],
    ['{{ .missing }}', 'k', '<no value>'],
    ['{{ .value }}-{{ now | date "2006" }}', 'k', 'k-2024'],
  ];
  for (const [template, key, expected] of rows)
    it(`${template} makes ${expected}`, () => assert.equal(rename(template, key), expected));

  const refused: [name: string, template: string, message: RegExp][] = [
    ['what cannot be read', '{{ .value', /"transform":1:\d+: unclosed action/],
    ['what fails', '{{ fail .value }}', /"transform":1:3: .*message is withheld/],
    ['chance', '{{ .value }}-{{ uuidv4 }}', /another one each time/],
    ['what is slow', '{{ bcrypt .value }}', /take long/],
    ['bombs', '{{ range 10000000 }}{{ end }}', /too many steps/],
  ];
  for (const [name, template, message] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => rename(template, 'c4nary'),
        (error: unknown) =>
          error instanceof ValueError && message.test(error.message) && !error.message.includes('c4nary'),
      );
    });
  }

  it('bounds all keys of an operation together', () => {
    const template = keyTemplates(0)('{{ range 1000 }}{{ end }}{{ .value }}');
    assert.throws(() => Array.from({ length: 200 }, (_, index) => template(`k${index}`)), /too many steps/);
  });
});
