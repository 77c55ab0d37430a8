import type { Static } from 'typebox';
import { K } from '../kit/schema.ts';

/** `spec.provider.webhook` (spec providers 9.1). */
export const webhookSpec = K.object('Any HTTP endpoint, asked by templates.', {
  url: K.string('Template of the URL. Values of remoteRef are escaped in it.'),
  method: K.optional(
    K.string('HTTP method. Absent: GET to read, POST to push. A deletion is always DELETE.'),
  ),
  headers: K.optional(K.map('Headers; the values are templates.', K.string())),
  body: K.optional(K.string('Template of the body. Absent: none to read, the pushed value to push.')),
  timeout: K.optional(K.duration('Longest time for one request.')),
  result: K.optional(
    K.object('What of the answer is the value.', {
      jsonPath: K.optional(K.string('Template of a JSONPath. Empty or absent: the whole answer.')),
    }),
  ),
  secrets: K.optional(
    K.list(
      'Secrets whose keys templates may use.',
      K.object('One Secret. It has to carry the label external-secrets.io/type: webhook.', {
        name: K.string('What templates call it: .<name>.<key>.'),
        secretRef: K.secretKeySelector('The Secret; all its keys can be used.'),
      }),
    ),
  ),
  auth: K.optional(
    K.any(
      'How requests are authenticated beyond their headers. ESO knows ntlm; it is not built, and the store says so.',
    ),
  ),
  caBundle: K.optional(
    K.bytes(
      'CA certificates that sign the server, in PEM. With it no other CA is trusted. It wins over caProvider.',
    ),
  ),
  caProvider: K.optional(K.caProvider()),
});

/** `spec.provider.webhook` as the hook receives it. */
export type WebhookSpec = Static<typeof webhookSpec>;

/** By this label the owner of a Secret lets its values be sent to whatever a store's templates name (spec providers 9.1). */
export const label = { name: 'external-secrets.io/type', value: 'webhook' } as const;
