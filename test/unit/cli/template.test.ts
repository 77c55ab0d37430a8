import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import { templateCommand } from '../../../cli/template.ts';
import { tempDir } from '../../support/temp-dir.ts';

const folder = tempDir('template');

/** Runs the verb over a template and values; returns what it prints and its exit code. */
function run(
  t: TestContext,
  template: string,
  values: string,
  ...flags: string[]
): { out: string; err: string; code: unknown } {
  const [templateFile, valuesFile] = [join(folder, 'template'), join(folder, 'values')];
  writeFileSync(templateFile, template);
  writeFileSync(valuesFile, values);
  const program = new Command().exitOverride();
  templateCommand(program);
  const out: Buffer[] = [];
  const err: string[] = [];
  const before = process.exitCode;
  const write = t.mock.method(
    process.stdout,
    'write',
    (bytes: Uint8Array) => out.push(Buffer.from(bytes)) > 0,
  );
  const error = t.mock.method(console, 'error', (text: string) => err.push(text));
  try {
    program.parse(['template', '-f', templateFile, '-v', valuesFile, ...flags], { from: 'user' });
    return {
      out: Buffer.concat(out).toString(),
      err: err.join('\n').replaceAll(`${folder}/`, ''),
      code: process.exitCode,
    };
  } finally {
    write.mock.restore();
    error.mock.restore();
    process.exitCode = before;
  }
}

test('values are taken as they are written, and the result is printed as it is', (t) => {
  const { out, code } = run(
    t,
    '{{ .port }} {{ .id | quote }} {{ .on }}',
    'port: 05432\nid: 12345678901234567890\non: yes\n',
  );
  assert.equal(out, '05432 "12345678901234567890" yes');
  assert.equal(code, 0);
});

test('an error shows its place under the line', (t) => {
  const { out, err, code } = run(t, 'a\n\tb {{ .user }}{{ .nothing }}\n', '{"user": "x"}');
  assert.equal(out, '');
  assert.equal(code, 1);
  assert.match(
    err,
    /^error {2}template: .*template:2:17: executing .* at <\.nothing>: map has no entry for key "nothing"\n/,
  );
  assert.equal(err.slice(err.indexOf('\n') + 1), '\tb {{ .user }}{{ .nothing }}\n\t                ^');
});

test('delimiters can be other ones, as for the hook', (t) => {
  const flags = ['--template-left-delimiter', '<<', '--template-right-delimiter', '>>'];
  assert.equal(run(t, '{{ .a }} << .a >>', 'a: b', ...flags).out, '{{ .a }} b');
});

test('values that are no map of texts are refused', (t) => {
  assert.match(run(t, 'x', '- a\n').err, /not a map of keys to texts/);
  assert.match(run(t, 'x', 'a: {b: c}\n').err, /not a map of keys to texts/);
});
