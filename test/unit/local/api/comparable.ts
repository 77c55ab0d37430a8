import type { Exchange } from './conversation.ts';

// Texts of Go's decoders, which differ from ours in words only: such answers are compared by status and reason.
const decoderText =
  /cannot be handled as|json parse error|typed patch object|error decoding|illegal base64|cannot unmarshal|is missing|<nil>|redacted|unable to parse|not found in|patch: Invalid/;

interface Failure {
  readonly metadata?: object;
  readonly kind?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly object[] };
}

interface Resources {
  readonly kind?: string;
  readonly resources?: readonly { readonly verbs: readonly string[]; readonly storageVersionHash?: string }[];
}

/**
 * What of an exchange another API server must agree on, given the real one: everything but the order and repetition
 * of findings, the words of decoders, and the verb that the store does not cover.
 */
export function comparable(exchange: Exchange | undefined, real: Exchange): unknown {
  const body = exchange?.body as (Failure & Resources) | undefined;
  if (decoderText.test((real.body as Failure).message ?? ''))
    return { ...exchange, body: { reason: body?.reason } };
  if (body?.kind === 'APIResourceList') {
    const resources = body.resources?.map(({ storageVersionHash, verbs, ...rest }) => ({
      ...rest,
      verbs: verbs.filter((verb) => verb !== 'deletecollection').sort(),
    }));
    return { ...exchange, body: { ...body, resources } };
  }
  // The store does not track who asked for a token.
  if (body?.kind === 'TokenRequest')
    return { ...exchange, body: { ...body, metadata: { ...body.metadata, managedFields: undefined } } };
  const causes = body?.details?.causes;
  if (causes === undefined) return exchange;
  const found = [...new Set(causes.map((cause) => JSON.stringify(cause)))].sort();
  const message = found.length === 1 ? body?.message : `${found.length} findings`;
  return { ...exchange, body: { ...body, message, details: { ...body?.details, causes: found } } };
}
