/** Why a document or a path could not be worked on. */
export const jsonErrors = {
  Syntax: 'the text is not valid JSON',
  TooDeep: 'the JSON is nested too deeply',
  NotAnObject: 'the JSON is not an object',
  NoPlace: 'the path names no place where a value can be set',
  TooComplex: 'the path asks for more work than is allowed',
} as const;

export type JsonErrorCode = keyof typeof jsonErrors;

/** A failure of this folder: a code of {@link jsonErrors} and a byte offset, never a part of the document. */
export class JsonError extends Error {
  readonly code: JsonErrorCode;
  readonly offset: number;

  constructor(code: JsonErrorCode, offset = 0) {
    super(`${jsonErrors[code]} (at byte ${offset})`);
    this.name = 'JsonError';
    this.code = code;
    this.offset = offset;
  }
}
