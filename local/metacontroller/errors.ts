/** A configuration that the stand-in refuses because it would have to approximate it. */
export class NotCovered extends Error {
  constructor(what: string) {
    super(`the stand-in does not cover ${what}`);
    this.name = 'NotCovered';
  }
}

/** Something that ends Metacontroller's process. */
export class StandInCrash extends Error {
  constructor(why: string) {
    super(`Metacontroller's process would end here: ${why}`);
    this.name = 'StandInCrash';
  }
}

/** The hook answered 429: come again after so many seconds, without an Event and without counting a failure. */
export class TooManyRequests extends Error {
  readonly afterSeconds: number;

  constructor(afterSeconds: number) {
    super(`Too many request, it will be resync after: ${afterSeconds}`);
    this.name = 'TooManyRequests';
    this.afterSeconds = afterSeconds;
  }
}

/** A related type isn't cached yet: come again with back-off, without an Event. */
export class RelatedNotSynced extends Error {
  constructor() {
    super('related informer not synced yet');
    this.name = 'RelatedNotSynced';
  }
}

/** Several errors as one, in the form of Kubernetes' aggregates; `undefined` when there is none. */
export function aggregate(errors: readonly Error[]): Error | undefined {
  const [first] = errors;
  if (first === undefined || errors.length === 1) return first;
  const messages = [...new Set(errors.map(({ message }) => message))];
  return new Error(messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`, { cause: errors });
}

/** The same error behind a prefix. */
export function prefixed(prefix: string, error: unknown): Error {
  if (error instanceof TooManyRequests || error instanceof StandInCrash) return error;
  return new Error(`${prefix}: ${(error as Error).message}`, { cause: error });
}
