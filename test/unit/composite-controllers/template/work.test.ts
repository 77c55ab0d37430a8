import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultLimits, inlineLimits, isTooMuch } from '../../../../composite-controllers/template/limits.ts';
import { doWork, type Job, type Randomness } from '../../../../composite-controllers/template/work.ts';

const values = new Map<string, Uint8Array>([
  ['user', Buffer.from('admin')],
  ['pass', Buffer.from('s3cret')],
]);
const counted: Randomness = {
  randomBytes: (count) => new Uint8Array(count).fill(7),
  generateKey: () => assert.fail('no key is needed'),
};

function work(jobs: readonly Job[], limits = defaultLimits) {
  return doWork({ jobs, values, now: Date.UTC(2024, 0, 2) }, counted, limits);
}

function one(text: string, as: Job['as'] = 'text', limits = defaultLimits) {
  return work([{ name: 'k', text, as }], limits);
}

function mapOf(text: string): Record<string, string> {
  const result = one(text, 'map');
  assert.equal(result.kind, 'rendered');
  const [map] = result.results as [Map<string, Uint8Array>];
  return Object.fromEntries([...map].map(([key, value]) => [key, Buffer.from(value).toString()]));
}

describe('templates over maps of values', () => {
  const groups = new Map([['api', new Map([['token', Buffer.from('t')]])]]);
  const render = (...texts: string[]) =>
    doWork(
      {
        jobs: texts.map((text) => ({ name: 'k', text, as: 'text' })),
        values,
        groups,
        missingKey: 'default',
        now: 0,
      },
      counted,
      defaultLimits,
    );

  it('they are found by two names, and what is missing is told as Go does', () => {
    const result = render('{{ .api.token }} {{ .api.none }} {{ .user }}');
    assert.equal(result.kind, 'rendered');
    assert.equal(String(Buffer.from(result.results[0] as Uint8Array)), 't <no value> <no value>');
  });

  it('what one template changes, no other sees', () => {
    const result = render('{{ $_ := set . "api" "gone" }}{{ .api }}', '{{ .api.token }}');
    assert.equal(result.kind, 'rendered');
    const texts = result.results.map((bytes) => String(Buffer.from(bytes as Uint8Array)));
    assert.deepEqual(texts, ['gone', 't']);
  });
});

describe('templates over one set of values', () => {
  it('see the values, and nothing of each other', () => {
    const result = work([
      { name: 'a', text: '{{ define "b" }}{{ end }}{{ $x := .user }}{{ $x }}', as: 'text' },
      { name: 'b', text: '{{ .user }} {{ now | date "2006" }}', as: 'text' },
    ]);
    assert.equal(result.kind, 'rendered');
    const texts = result.results.map((bytes) => Buffer.from(bytes as Uint8Array).toString());
    assert.deepEqual(texts, ['admin', 'admin 2024']);
  });

  it('say whether chance had a part in them', () => {
    const rows: [text: string, random: boolean][] = [
      ['{{ .user }}', false],
      ['{{ now }}', false],
      ['{{ htpasswd .user .pass "sha" }}', false],
      ['{{ if false }}{{ uuidv4 }}{{ end }}', false],
      ['{{ uuidv4 }}', true],
      ['{{ randAlpha 4 }}', true],
      ['{{ encryptAES .pass .user }}', true],
      ['{{ htpasswd .user .pass "bcrypt" }}', true],
    ];
    for (const [text, random] of rows) {
      const result = one(text);
      assert.equal(result.kind === 'rendered' && result.random, random, text);
    }
  });

  it('share one budget, so that many templates cost no more than one', () => {
    const loop = (name: string): Job => ({ name, text: '{{ range 10000 }}{{ end }}', as: 'text' });
    const result = work([loop('a'), loop('b'), loop('c')], inlineLimits);
    assert.equal(result.kind === 'failed' && result.fault.code, 'TooManySteps');
    assert.equal(result.kind === 'failed' && result.job, 2);
  });

  it('fail at their place, in words without values', () => {
    const result = one('a\n{{ .nothing }}');
    assert.deepEqual(result, {
      kind: 'failed',
      job: 0,
      fault: {
        code: 'NoEntry',
        line: 2,
        column: 3,
        message: 'executing "k" at <.nothing>: map has no entry for key "nothing"',
      },
    });
    const parsed = one('{{ nope }}');
    assert.equal(parsed.kind === 'failed' && parsed.fault.message, 'function "nope" not defined');
  });

  it('stop at the bounds, whatever they try', () => {
    const bombs = [
      '{{ repeat 1000000000 "x" }}',
      '{{ range 100000 }}{{ range 100000 }}x{{ end }}{{ end }}',
      '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}',
      '{{ $x := "x" }}{{ range 40 }}{{ $x = print $x $x }}{{ end }}',
      '{{ range 200000 }}{{ $.pass }}{{ $.pass }}{{ $.pass }}{{ $.pass }}{{ end }}',
      '{{ untilStep 0 2000000000 1 }}',
    ];
    for (const bomb of bombs) {
      const result = one(bomb);
      assert.ok(result.kind === 'failed', bomb);
      assert.ok(
        isTooMuch(result.fault.code) || result.fault.code === 'TooDeep',
        `${bomb}: ${result.fault.code}`,
      );
    }
  });
});

describe('a rendered map of texts', () => {
  const rows: [name: string, yaml: string, expected: Record<string, string>][] = [
    ['texts', 'a: x\nb: "{{ .user }}"', { a: 'x', b: 'admin' }],
    ['keys of templates', '{{ .user }}-k: v', { 'admin-k': 'v' }],
    [
      'whole numbers',
      'a: 5432\nb: 0x10\nc: 9223372036854775808\nd: 010',
      { a: '5432', b: '16', c: '9223372036854775808', d: '8' },
    ],
    [
      'floats, as float32',
      'a: 1.5\nb: 1e3\nc: 0.1\nd: 123456789.5\ne: .inf',
      { a: '1.5', b: '1000', c: '0.1', d: '1.2345679e+08', e: '+Inf' },
    ],
    [
      'words of YAML 1.1',
      'a: yes\nb: off\nc: y\nd: ~\ne:',
      { a: 'true', b: 'false', c: 'true', d: '', e: '' },
    ],
    ['dates', 'a: 2024-01-02', { a: '2024-01-02' }],
    ['quoted numbers', 'a: "012"\nb: !!str 7', { a: '012', b: '7' }],
    ['blocks', 'a: |\n  x\n  y\n', { a: 'x\ny\n' }],
    ['anchors and merge keys', 'a: &x 7\nb: *x', { a: '7', b: '7' }],
    ['binary', 'a: !!binary aGk=', { a: 'hi' }],
    ['the last of equal keys', 'a: 1\na: 2', { a: '2' }],
    ['numbers as keys', '1: x\ntrue: z', { '1': 'x', true: 'z' }],
    ['nothing', '', {}],
    ['comments only', '# nothing', {}],
    ['null', 'null', {}],
    ['the first document', 'a: 1\n---\nb: 2', { a: '1' }],
    ['__proto__', '__proto__: x', { ['__proto__']: 'x' }],
  ];
  for (const [name, yaml, expected] of rows) it(name, () => assert.deepEqual(mapOf(yaml), expected));

  it('is refused when it is none', () => {
    for (const yaml of ['- a', 'a: [1]', 'a: {b: c}', 'text', 'a: b: c', '"', 'a: !!binary "%"']) {
      const result = one(yaml, 'map');
      assert.equal(result.kind === 'failed' && result.fault.code, 'NotTexts', yaml);
    }
  });
});
