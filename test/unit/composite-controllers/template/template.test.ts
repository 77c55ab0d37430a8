import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TemplateError } from '../../../../composite-controllers/template/errors.ts';
import { allFunctions } from '../../../../composite-controllers/template/functions/table.ts';
import { parseTemplate, readTemplate } from '../../../../composite-controllers/template/template.ts';
import names from '../../../golden/template/functions.json' with { type: 'json' };
import { canaries } from '../../../support/canaries.ts';
import { bytesOf, errorOf, render } from './render.ts';

describe('what templates of ESO users rely on', () => {
  const rows: [name: string, template: string, expected: string][] = [
    ['values by name', '{{ .user }}:{{ index . "pass-word" }}', 'admin:s3cret'],
    ['pipelines', '{{ .user | upper | printf "%q" }}', '"ADMIN"'],
    ['trimmed space', 'a \n {{- " b " -}} \n c', 'a b c'],
    ['choices', '{{ if eq .user "x" }}1{{ else if and .user (not .empty) }}2{{ else }}3{{ end }}', '2'],
    ['ranges in sorted order', '{{ range $k, $v := . }}{{ $k }} {{ end }}', 'empty json pass-word user '],
    [
      'ranges over integers',
      '{{ range $i := 3 }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $i }}{{ end }}',
      '02',
    ],
    [
      'a break in the else of an inner range, as in Go',
      '{{ range 2 }}{{ range list }}{{ else }}{{ break }}{{ end }}x{{ end }}',
      'xx',
    ],
    ['definitions', '{{ define "x" }}<{{ . }}>{{ end }}{{ template "x" .user }}', '<admin>'],
    ['variables', '{{ $x := 1 }}{{ with .user }}{{ $x = . }}{{ end }}{{ $x }}', 'admin'],
    [
      'numbers of fromJson are float64',
      '{{ (.json | fromJson).n }} {{ .json | fromJson | toJson }}',
      '1.234567e+06 {"n":1234567}',
    ],
    ['a missing key by index', '[{{ index . "nothing" }}]', '[]'],
    ['junk in base64', '{{ "!" | b64dec }}', 'illegal base64 data at input byte 0'],
    ['junk in JSON', '{{ "{" | fromJson }}', '<no value>'],
    ['quoting', '{{ .user | quote }} {{ .user | squote }}', '"admin" \'admin\''],
    ['multi-line values', '{{ "a\\nb" | nindent 2 }}', '\n  a\n  b'],
  ];
  for (const [name, template, expected] of rows) it(name, () => assert.equal(render(template), expected));

  it('keeps bytes that are no text', () => {
    const bytes = Uint8Array.from([0xff, 0x00, 0xfe]);
    assert.deepEqual(bytesOf('{{ .b }}', new Map([['b', bytes]])), bytes);
    assert.deepEqual(bytesOf('{{ .b | b64enc | b64dec }}', new Map([['b', bytes]])), bytes);
  });

  it('takes other delimiters', () => {
    assert.equal(
      render('<< .user >> {{ .user }}', { delimiters: { left: '<<', right: '>>' } }),
      'admin {{ .user }}',
    );
  });

  it('takes __proto__ for a name like any other', () => {
    const values = new Map([['__proto__', Buffer.from('v')]]);
    assert.equal(Buffer.from(bytesOf('{{ .__proto__ }}', values)).toString(), 'v');
    assert.equal(errorOf('{{ .constructor }}').code, 'NoEntry');
    assert.equal(errorOf('{{ constructor }}').code, 'UndefinedFunction');
  });
});

describe('errors say where, in the words of Go', () => {
  const rows: [template: string, message: string][] = [
    ['{{ .nothing }}', 'template: t:1:3: executing "t" at <.nothing>: map has no entry for key "nothing"'],
    ['a\n{{ if }}', 'template: t:2: missing value for if'],
    ['{{ unknown }}', 'template: t:1: function "unknown" not defined'],
    ['{{ .user', 'template: t:1: unclosed action'],
    ['{{ end }}', 'template: t:1: unexpected {{end}}'],
    [
      '\n\n  {{ repeat .user "x" }}',
      'template: t:3:12: executing "t" at <.user>: wrong type for value; expected int; got string',
    ],
    [
      '{{ lt .user 1 }}',
      'template: t:1:3: executing "t" at <lt .user 1>: error calling lt: incompatible types for comparison: string and int',
    ],
    ['{{ 2i }}', 'template: t:1: complex numbers are not supported: "2i"'],
  ];
  for (const [template, message] of rows) it(message, () => assert.equal(errorOf(template).message, message));

  it('with line and column for a program to show', () => {
    const { templateName, line, column } = errorOf('a\nbc{{ .nothing }}');
    assert.deepEqual({ templateName, line, column }, { templateName: 't', line: 2, column: 5 });
  });

  it('without a value, whatever fails', () => {
    const { marker, assertNoCanary } = canaries();
    const values = new Map([
      ['s', Buffer.from(marker())],
      ['n', Buffer.from(`{"${marker()}": 1e999}`)],
    ]);
    const failing = [
      '{{ fail .s }}',
      '{{ range .s }}{{ end }}',
      '{{ .s.field }}',
      '{{ index .s "x" }}',
      '{{ eq .s 1 }}',
      '{{ mustFromJson .s }}',
      '{{ mustFromJson .n }}',
      '{{ mustRegexFind .s .s }}{{ regexFind (print "(" .s) .s }}',
      '{{ semver .s }}',
      '{{ semverCompare .s "1" }}',
      '{{ urlParse (print "http://" .s "/%zz") }}',
      '{{ call .s }}',
      '{{ first .s }}',
      '{{ template "x" .s }}{{ define "x" }}{{ .a }}{{ end }}',
    ];
    for (const template of failing) {
      const { code, message, stack = '' } = errorOf(template, values);
      assert.notEqual(code, 'UndefinedFunction');
      assertNoCanary(message, stack);
    }
  });
});

describe('a template that would not end, or would take all memory, is stopped', () => {
  const manyNames = '{{ $m := dict }}{{ range $i := 20000 }}{{ $_ := set $m (toString $i) 1 }}{{ end }}';
  const bombs: [name: string, template: string, code: string][] = [
    ['nested loops', '{{ range 10000 }}{{ range 10000 }}{{ end }}{{ end }}', 'TooManySteps'],
    ['a loop to the largest number', '{{ range 9223372036854775807 }}{{ end }}', 'TooManySteps'],
    ['a long series', '{{ until 1000000000 }}', 'TooManySteps'],
    [
      'a text that doubles',
      '{{ $x := "0123456789" }}{{ range 40 }}{{ $x = print $x $x }}{{ end }}',
      'TooManySteps',
    ],
    ['a repeated text', '{{ repeat 1000000000000 "x" }}', 'TooMuchText'],
    ['indentation', '{{ indent 1000000000000 "x" }}', 'TooMuchText'],
    [
      'a list that doubles',
      '{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}',
      'TooManySteps',
    ],
    ['a map in itself', '{{ $x := dict }}{{ $_ := set $x "x" $x }}{{ $x }}', 'TooDeep'],
    ['a map in itself as JSON', '{{ $x := dict }}{{ $_ := set $x "x" $x }}{{ toJson $x }}', 'TooDeep'],
    ['a template in itself', '{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}', 'TooDeep'],
    ['much output', '{{ range 1000 }}{{ repeat 10000 "x" }}{{ end }}', 'TooMuchOutput'],
    ['widths', '{{ range 100 }}{{ $_ := printf "%999999d" 1 }}{{ end }}', 'TooMuchText'],
    [
      'regular expressions',
      '{{ range 100000 }}{{ $_ := regexFind "(a*)*b" (repeat 1000 "a") }}{{ end }}',
      'RegexTooCostly',
    ],
    [
      'copies of a long list',
      '{{ $l := until 100000 }}{{ range 100000 }}{{ $_ := append $l 1 }}{{ end }}',
      'TooManySteps',
    ],
    [
      'joined lists',
      '{{ $l := until 90000 }}{{ range 90000 }}{{ $_ := join "" $l }}{{ end }}',
      'TooManySteps',
    ],
    [
      'lists sorted again and again',
      '{{ $l := until 90000 }}{{ range 90000 }}{{ $_ := sortAlpha $l }}{{ end }}',
      'TooManySteps',
    ],
    [
      'names sorted again and again',
      `${manyNames}{{ range 100000 }}{{ $_ := keys $m }}{{ end }}`,
      'TooManySteps',
    ],
    [
      'ranges over many names that end at once',
      `${manyNames}{{ range 100000 }}{{ range $m }}{{ break }}{{ end }}{{ end }}`,
      'TooManySteps',
    ],
    ['many arguments', `{{ range 100000 }}{{ $_ := list ${'1 '.repeat(10_000)}}}{{ end }}`, 'TooManySteps'],
    ['many choices', `{{ range 100000 }}{{ $_ := or ${'0 '.repeat(10_000)}}}{{ end }}`, 'TooManySteps'],
    [
      'many fields',
      `{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ range 100000 }}{{ $_ := $d${'.a'.repeat(10_000)} }}{{ end }}`,
      'TooManySteps',
    ],
    [
      'many variables',
      `{{ $first := 1 }}${'{{ $x := 1 }}'.repeat(20_000)}{{ range 100000 }}{{ $_ := $first }}{{ end }}`,
      'TooManySteps',
    ],
    ['parentheses', `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`, 'NestedTooDeep'],
    ['structures', '{{ if 1 }}'.repeat(5000) + '{{ end }}'.repeat(5000), 'NestedTooDeep'],
  ];
  for (const [name, template, code] of bombs) it(name, () => assert.equal(errorOf(template).code, code));

  it('and inputs that invite a search to start over and over are read once', () => {
    const long = 400_000;
    const inputs = [
      `-----BEGIN X-----\n${' '.repeat(long)}x\n-----END X-----`,
      '\n-----END '.repeat(long / 10),
      `1${' '.repeat(long)}!`,
      `${'1'.repeat(long)}x`,
      `${'/'.repeat(long)}x`,
    ];
    const template =
      '{{ $_ := .v | base }}{{ $_ := .v | atoi }}{{ $_ := .v | int64 }}{{ $_ := .v | float64 }}{{ $_ := fromYaml .v }}' +
      '{{ $_ := .v | duration }}{{ $_ := .v | toDate "2006" }}{{ filterPEM "X" .v }}';
    for (const input of inputs) {
      const values = new Map([['v', Buffer.from(input)]]);
      assert(['PemJunk', 'TooManySteps'].includes(errorOf(template, values).code));
      assert.equal(errorOf('{{ semverCompare .v "1" }}', values).code, 'InvalidConstraint');
      assert.equal(errorOf('{{ semver .v }}', values).code, 'InvalidVersion');
    }
  });

  it('and a large template is read in one go, whatever it is made of', () => {
    const rows: [text: string, code: string | undefined][] = [
      [
        Array.from({ length: 20_000 }, (_, i) => `{{$a${i}:=1}}`).join('') +
          Array.from({ length: 20_000 }, (_, i) => `{{$a${19_999 - i}}}`).join(''),
        undefined,
      ],
      ['{{.a}}'.repeat(50_000), undefined],
      [`{{print ${'1 '.repeat(100_000)}}}`, undefined],
      [`${'{{- '.repeat(100_000)}`, 'Unexpected'],
    ];
    for (const [text, code] of rows) {
      const read = () => readTemplate(text, { name: 't' });
      if (code === undefined) assert.equal(read().source.text.length, text.length);
      else assert.throws(read, { code });
    }
  });

  it('and so is one that is too large', () => {
    assert.throws(() => parseTemplate('x'.repeat(2 << 20), { name: 't' }), { code: 'TemplateTooLarge' });
  });
});

it('reads the same template once', () => {
  const options = { name: 'once' } as const;
  assert.equal(parseTemplate('{{ .a }}', options), parseTemplate('{{ .a }}', options));
  assert.notEqual(
    parseTemplate('{{ .a }}', options),
    parseTemplate('{{ .a }}', { ...options, missingKey: 'error' }),
  );
});

it('has every function of ESO, and no other', () => {
  assert.deepEqual([...Object.keys(allFunctions), 'and', 'or'].sort(), names.sort());
});

it('has no function that reads the world', () => {
  for (const name of ['env', 'expandenv', 'getHostByName', 'getSecretKey', 'lookup', 'include', 'readFile']) {
    const { code } = errorOf(`{{ ${name} "x" }}`);
    assert.equal(code, 'UndefinedFunction');
  }
});

it('is an error of its own kind', () => assert(errorOf('{{') instanceof TemplateError));
