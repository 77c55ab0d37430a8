import { readCa } from '../kit/ca.ts';
import { answers, makeCall } from '../kit/calls.ts';
import { durationMs } from '../kit/duration.ts';
import { ProviderError } from '../kit/errors.ts';
import { type GenerateDeps, type Generated, generator } from '../kit/generator.ts';
import { createHttpClient } from '../kit/http.ts';
import type { SecretMap } from '../kit/provider.ts';
import { answerError } from './errors.ts';
import { createAsk } from './requests.ts';
import { label, type WebhookSpec, webhookSpec } from './schema.ts';
import { mapOfReply } from './values.ts';

/** Keys of an object that any HTTP endpoint answers. Secrets in its templates have to carry the label that lets them. */
export const webhookGenerator = generator({
  kind: 'Webhook',
  description: 'Asks an HTTP endpoint for the values.',
  spec: webhookSpec,
  problems: ({ url, auth }) => [
    ...(url.includes('{{') || /^https?:$/.test(URL.parse(url)?.protocol ?? '')
      ? []
      : [{ path: 'url', message: 'must be an http or https URL, or a template of one' }]),
    ...Object.keys(auth ?? {}).map((method) => ({ path: `auth.${method}`, message: 'is not built' })),
  ],
  generate: ask,
});

async function ask(spec: WebhookSpec, deps: GenerateDeps): Promise<Generated> {
  const { credentials, templates, namespace, signal } = deps;
  if (templates === undefined) throw new ProviderError('Unsupported', { what: 'templates in this place' });
  const secrets = new Map<string, SecretMap>();
  for (const { name, secretRef } of spec.secrets ?? [])
    secrets.set(name, await credentials.labelledSecret(secretRef, label.name, label.value));
  const ca = await readCa(spec, credentials);
  const http = createHttpClient(ca === undefined ? {} : { ca });
  try {
    const timeoutMs = spec.timeout === undefined ? 0 : durationMs(spec.timeout);
    const send = createAsk({
      spec,
      secrets,
      templates,
      tenant: namespace,
      http,
      timeoutMs: timeoutMs > 0 ? timeoutMs : undefined,
    });
    const what = 'the answer of the webhook';
    const asked = {
      what,
      remoteRef: new Map(),
      method: spec.method || 'GET',
      body: { kind: 'template' },
    } as const;
    const { answer, jsonPath } = await makeCall(
      deps,
      { name: 'HTTPGenerate', signal },
      () => send(asked, signal),
      (sent) => answers(sent.answer),
    );
    if (answer.status < 200 || answer.status >= 300) throw answerError(answer, what);
    return { values: mapOfReply({ bytes: answer.bytes, jsonPath, what }) };
  } finally {
    http.close();
  }
}
