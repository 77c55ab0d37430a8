import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ruleProblems } from '../../../../composite-controllers/external-secret/rules.ts';
import type { ExternalSecretSpec } from '../../../../composite-controllers/external-secret/schema.ts';
import { describeProblem, describeProblems } from '../../../../composite-controllers/lib/problems.ts';

const entry = { secretKey: 'a', remoteRef: { key: 'a' } };
const base = { secretStoreRef: { name: 's' }, data: [entry] };
const template = (fields: object) => ({ target: { template: fields } });

function problems(fields: object): string[] {
  return ruleProblems({ ...base, ...fields } as ExternalSecretSpec).map(describeProblem);
}

describe('specifications that the API server takes, and we refuse', () => {
  const rows: [name: string, spec: object, ...expected: (string | RegExp)[]][] = [
    ['nothing at all', { data: undefined }, 'either data or dataFrom should be specified'],
    [
      'deletionPolicy Delete of what is not owned',
      { target: { deletionPolicy: 'Delete', creationPolicy: 'CreateOrMerge' } },
      "spec.target: deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner",
    ],
    [
      'merging into nothing',
      { target: { deletionPolicy: 'Merge', creationPolicy: 'None' } },
      'spec.target: deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with',
    ],
    [
      'GHSA-fq7h-9x26-6j22 (CVE-2026-42876): a token of a ServiceAccount',
      template({
        type: 'kubernetes.io/service-account-token',
        metadata: { annotations: { 'kubernetes.io/service-account.name': 'admin' } },
      }),
      'spec.target.template: template.type="kubernetes.io/service-account-token" with annotation "kubernetes.io/service-account.name" is not allowed',
    ],
    [
      'GHSA-fq7h-9x26-6j22: the same by way of rendered annotations',
      template({
        type: 'kubernetes.io/service-account-token',
        templateFrom: [{ target: 'aNNotations', literal: 'a: b' }],
      }),
      /with templateFrom target="Annotations" is not allowed$/,
    ],
    [
      'GHSA-fq7h-9x26-6j22: a bootstrap token',
      template({ type: 'bootstrap.kubernetes.io/token' }),
      /type="bootstrap.kubernetes.io\/token" is not allowed$/,
    ],
    ...[
      'type',
      'immutable',
      'metadata.ownerReferences',
      'metadata.annotations',
      'spec',
      'Annotation\u017f',
    ].map((target): [string, object, RegExp] => [
      `ESO 6730, 6735: the target ${target} in a Secret`,
      template({ templateFrom: [{ target, literal: 'a: b' }] }),
      /^spec.target.template.templateFrom\[0\].target: templateFrom target=".*" is not allowed when targeting a Secret/,
    ]),
    [
      'the same for a manifest that names a Secret',
      {
        target: {
          manifest: { apiVersion: 'v1', kind: 'Secret' },
          template: { templateFrom: [{ target: 'type', literal: 'x' }] },
        },
      },
      /is not allowed when targeting a Secret/,
    ],
    [
      'GHSA-77v3-r3jw-j2v2: a function that reads Secrets',
      template({ data: { a: '{{ getSecretKey "kube-system" "admin" "token" }}' } }),
      'spec.target.template.data.a: template "a":1:3: function "getSecretKey" not defined',
    ],
    ...['getHostByName "x.example.com"', 'env "HOME"', 'expandenv "$HOME"'].map(
      (call): [string, object, RegExp] => [
        `GHSA-r2pg-r6h7-crf3 (CVE-2026-34984): ${call}`,
        template({ metadata: { labels: { a: `{{ ${call} }}` } } }),
        /^spec.target.template.metadata.labels.a: template "a":1:3: function ".*" not defined$/,
      ],
    ),
    ['a template that does not parse', template({ data: { u: 'a\n{{ if }}' } }), /data.u: template "u":2:/],
    [
      'a literal that does not parse',
      template({ templateFrom: [{}, { literal: '{{' }] }),
      /^spec.target.template.templateFrom\[1\].literal: template "literal":1:/,
    ],
    [
      'two sources of one entry',
      { dataFrom: [{ extract: { key: 'a' }, find: { name: { regexp: 'a' } } }] },
      'spec.dataFrom[0]: extract, find, or generatorRef cannot be set at the same time',
    ],
    [
      'no source of an entry',
      { dataFrom: [{}] },
      'spec.dataFrom[0]: either extract, find, or sourceRef must be set to dataFrom',
    ],
    [
      'an empty sourceRef',
      { dataFrom: [{ sourceRef: {} }] },
      'spec.dataFrom[0]: generatorRef or storeRef must be set when using sourceRef in dataFrom',
    ],
    ['a key twice', { data: [entry, entry] }, 'spec.data[1].secretKey: duplicate secretKey found: a'],
    ['no store', { secretStoreRef: undefined }, 'spec.data[0]: names no store'],
    [
      'expressions that do not compile',
      {
        dataFrom: [
          { find: { name: { regexp: '(' } } },
          { extract: { key: 'a' }, rewrite: [{ regexp: { source: '(?=a)', target: 'b' } }] },
          { extract: { key: 'a' }, rewrite: [{ transform: { template: '{{ .value | nope }}' } }] },
        ],
      },
      /^spec.dataFrom\[0\].find.name.regexp: regexp failed with failed to compile/,
      /^spec.dataFrom\[1\].rewrite\[0\].regexp.source: regexp failed/,
      /^spec.dataFrom\[2\].rewrite\[0\].transform.template: transform failed: template "transform":1:/,
    ],
    [
      'more sources than can be read',
      template({
        templateFrom: Array.from({ length: 101 }, (_, index) => ({
          configMap: { name: `c${index}`, items: [{ key: 'a' }] },
        })),
      }),
      /names 101 ConfigMaps and Secrets, more than 100$/,
    ],
    [
      'all that is wrong, in the order of ESO',
      {
        data: [],
        target: {
          deletionPolicy: 'Merge',
          creationPolicy: 'None',
          template: { type: 'bootstrap.kubernetes.io/token' },
        },
      },
      /Merge must not be used/,
      /either data or dataFrom/,
      /bootstrap/,
    ],
  ];
  for (const [name, spec, ...expected] of rows) {
    it(name, () => {
      const found = problems(spec);
      assert.equal(found.length, expected.length, found.join('\n'));
      for (const [index, want] of expected.entries())
        if (typeof want === 'string') assert.equal(found[index], want);
        else assert.match(found[index] ?? '', want);
    });
  }

  it('read templates by the delimiters of the installation, and those of keys by the standard ones', () => {
    const [transform, data] = [{ template: '{{ .value' }, { good: '{{ .a', bad: '<< .a' }];
    const spec = {
      ...base,
      dataFrom: [{ extract: { key: 'a' }, rewrite: [{ transform }] }],
      ...template({ data }),
    };
    const found = ruleProblems(spec as unknown as ExternalSecretSpec, { left: '<<', right: '>>' });
    assert.deepEqual(
      found.map(({ path }) => path),
      ['dataFrom[0].rewrite[0].transform.template', 'target.template.data.bad'],
    );
  });

  it('name five problems at most in a condition', () => {
    const data = Array.from({ length: 9 }, () => entry);
    const line = describeProblems(ruleProblems({ ...base, data } as ExternalSecretSpec));
    assert.equal(line.split('; ').length, 5);
  });
});

describe('specifications that are fine', () => {
  const rows: [name: string, spec: object][] = [
    ['a key twice where nothing is retained', { data: [entry, entry], target: { deletionPolicy: 'Delete' } }],
    [
      'Orphan with Delete, as ESO admits it',
      { target: { deletionPolicy: 'Delete', creationPolicy: 'Orphan' } },
    ],
    ['a type of its own', template({ type: 'example.com/credentials' })],
    ['the type of tokens alone', template({ type: 'kubernetes.io/service-account-token' })],
    [
      'targets in any case',
      template({
        templateFrom: ['', 'DATA', 'labels', 'Annotations'].map((target) => ({ target, literal: 'a: b' })),
      }),
    ],
    [
      'paths into another kind',
      {
        target: {
          manifest: { apiVersion: 'v1', kind: 'ConfigMap' },
          template: { templateFrom: [{ target: 'data.x', literal: 'y' }] },
        },
      },
    ],
    ['an entry that contributes nothing', { dataFrom: [{ sourceRef: { storeRef: { name: 's' } } }] }],
  ];
  for (const [name, spec] of rows) it(name, () => assert.deepEqual(problems(spec), []));
});
