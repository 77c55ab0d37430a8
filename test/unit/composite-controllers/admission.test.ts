import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Admission, admissions, review } from '../../../composite-controllers/admission.ts';
import type { KubeObject } from '../../../composite-controllers/lib/objects.ts';
import { registry } from '../../../providers/registry.ts';

const all = admissions(registry);
const of = (kind: string): Admission => all.find((admission) => admission.kind === kind)!;

function externalSecret(spec: object): KubeObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'a', namespace: 'n' },
    spec,
  };
}

function store(kind: string, spec: object): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind, metadata: { name: 's' }, spec };
}

const good = { secretStoreRef: { name: 's' }, data: [{ secretKey: 'a', remoteRef: { key: 'a' } }] };
const fake = { provider: { fake: { data: [{ key: 'a', value: 'b' }] } } };

function ask(kind: string, object: KubeObject | null, operation = 'CREATE') {
  const body = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: { uid: 'u', operation, object },
  };
  return review(of(kind), body) as
    | {
        response: {
          uid: string;
          allowed: boolean;
          warnings?: string[];
          status?: { code: number; message: string };
        };
      }
    | undefined;
}

describe('admission', () => {
  it('admits what is fine', () => {
    assert.deepEqual(ask('ExternalSecret', externalSecret(good))?.response, { uid: 'u', allowed: true });
    for (const kind of ['SecretStore', 'ClusterSecretStore'])
      assert.equal(ask(kind, store(kind, fake))?.response.allowed, true);
  });

  it('reads templates by the delimiters of the installation', () => {
    const [admission] = admissions(registry, { left: '<<', right: '>>' });
    const problems = (text: string) =>
      admission?.check(externalSecret({ ...good, target: { template: { data: { u: text } } } })).problems;
    assert.deepEqual(problems('{{ .a'), []);
    assert.match(
      String(problems('<< .a')),
      /^spec\.target\.template\.data\.u: template "u":1:\d: unclosed action$/,
    );
  });

  it('says all that is wrong, a line each, in the order of ESO', () => {
    const spec = {
      target: {
        creationPolicy: 'Merge',
        deletionPolicy: 'Delete',
        template: { type: 'bootstrap.kubernetes.io/token', data: { u: '{{ .a' } },
      },
    };
    const { response } = ask('ExternalSecret', externalSecret(spec), 'UPDATE')!;
    assert.equal(response.allowed, false);
    assert.equal(response.status?.code, 403);
    const lines = response.status?.message.split('\n') ?? [];
    assert.equal(lines.length, 4, lines.join('\n'));
    assert.match(lines[0]!, /deletionPolicy=Delete must not be used/);
    assert.match(lines[1]!, /either data or dataFrom/);
    assert.match(lines[2]!, /bootstrap/);
    assert.match(lines[3]!, /template "u":1:/);
  });

  it('refuses what has another shape, without a look at the rest', () => {
    const { response } = ask('ExternalSecret', externalSecret({ ...good, refreshInterval: '1 hour' }))!;
    assert.match(response.status?.message ?? '', /refreshInterval: must match pattern/);
    assert.equal(ask('ExternalSecret', externalSecret({ data: 7 }))?.response.allowed, false);
  });

  it('refuses stores that can never work, and warns of providers that are not there yet', () => {
    const two = store('SecretStore', { provider: { fake: { data: [] }, vault: {} } });
    assert.match(ask('SecretStore', two)?.response.status?.message ?? '', /exactly one backend/);
    const interval = store('ClusterSecretStore', { ...fake, refreshInterval: 'soon' });
    assert.match(ask('ClusterSecretStore', interval)?.response.status?.message ?? '', /refreshInterval/);
    const { response } = ask('SecretStore', store('SecretStore', { provider: { volcengine: {} } }))!;
    assert.equal(response.allowed, true);
    assert.match(response.warnings?.[0] ?? '', /not built yet/);
  });

  it('refuses of a ClusterExternalSecret what it would refuse of its ExternalSecrets', () => {
    const ask1 = (spec: object) =>
      ask('ClusterExternalSecret', store('ClusterExternalSecret', spec))?.response.status?.message;
    assert.equal(ask1({ namespaceSelectors: [{}], externalSecretSpec: good }), undefined);
    assert.match(ask1({}) ?? '', /externalSecretSpec: is required/);
    assert.match(ask1({ externalSecretSpec: {} }) ?? '', /either data or dataFrom/);
    assert.match(
      ask1({ externalSecretSpec: { ...good, refreshInterval: '1 hour' } }) ?? '',
      /refreshInterval/,
    );
    const selector = { matchExpressions: [{ key: 'a', operator: 'In' }] };
    assert.match(
      ask1({ namespaceSelector: selector, externalSecretSpec: good }) ?? '',
      /label selector is not valid: operator In of key "a"/,
    );
  });

  it('lets everything go', () => {
    assert.deepEqual(ask('ExternalSecret', null, 'DELETE')?.response, { uid: 'u', allowed: true });
    assert.deepEqual(ask('ExternalSecret', externalSecret({}), 'DELETE')?.response, {
      uid: 'u',
      allowed: true,
    });
  });

  it('answers nothing but reviews of its kind', () => {
    assert.equal(ask('ExternalSecret', store('SecretStore', fake)), undefined);
    assert.equal(ask('ExternalSecret', null), undefined);
    for (const body of [undefined, null, 7, {}, { request: {} }, { request: { uid: 'u' } }])
      assert.equal(review(of('ExternalSecret'), body), undefined);
  });
});
