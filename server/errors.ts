/**
 * The one table of answers other than 200. A body that Metacontroller gets with such a status ends, whole, in an
 * event that everyone in the namespace may read (spec metacontroller 13.1), so each is one constant text.
 */
export const answers = {
  BadRequest: { status: 400, text: 'the request is not valid HTTP' },
  Malformed: { status: 400, text: 'the body is not JSON' },
  NotAHookCall: {
    status: 400,
    text: "the body is not a call of this hook: expected Metacontroller's v2 fields",
  },
  Unauthorized: { status: 401, text: "the caller is not authenticated: check the webhook's authorization" },
  NotFound: { status: 404, text: 'there is nothing at this path' },
  TooLarge: { status: 413, text: 'the body is larger than 32 MiB' },
  NotJson: { status: 415, text: 'the content type is not application/json' },
  Busy: { status: 429, text: 'the hook works at its limit; ask again later' },
  Wait: { status: 429, text: 'the answer is not ready; ask again later' },
  Overdue: { status: 429, text: 'the answer took too long; ask again later' },
  Bug: { status: 500, text: "the hook has a bug; its log says where, under the parent's name" },
  Stopping: { status: 503, text: 'the process is stopping' },
} as const satisfies Record<string, { status: number; text: string }>;

/** The name of a row of {@link answers}. */
export type AnswerCode = keyof typeof answers;

/** Ends a request with a row of {@link answers}; `retryAfter` is in whole seconds and goes with status 429. */
export class HookError extends Error {
  readonly code: AnswerCode;
  readonly retryAfter: number | undefined;

  constructor(code: AnswerCode, retryAfter?: number) {
    super(answers[code].text);
    this.name = 'HookError';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

const bodies = Object.fromEntries(
  Object.entries(answers).map(([code, { text }]) => [code, JSON.stringify({ code, message: text })]),
) as Record<AnswerCode, string>;

/** The whole body of an answer. */
export function bodyOf(code: AnswerCode): string {
  return bodies[code];
}

/** Errors that Fastify raises before a handler runs. Whatever is not listed is ours to explain: a bug. */
const fastifyCodes: Readonly<Record<string, AnswerCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'TooLarge',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'NotJson',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'Malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'Malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'Malformed',
  FST_ERR_BAD_URL: 'NotFound',
  FST_ERR_MAX_PARAM_LENGTH: 'NotFound',
};

/** The answer for anything that was thrown; never looks at a message. */
export function answerFor(error: unknown): AnswerCode {
  if (error instanceof HookError) return error.code;
  const code = (error as { code?: unknown } | null)?.code;
  return (typeof code === 'string' && Object.hasOwn(fastifyCodes, code) && fastifyCodes[code]) || 'Bug';
}
