/**
 * The one table of what can be wrong with a template: Go's words where Go has some, `{name}` places take details. Details are
 * names, types and pieces of the template's own text, never a value that it works on.
 */
export const templateErrors = {
  // reading the text
  UnclosedAction: 'unclosed action',
  UnclosedComment: 'unclosed comment',
  UnclosedParenthesis: 'unclosed left paren',
  CommentNotClosed: 'comment ends before closing delimiter',
  ExpectedDeclare: 'expected :=',
  UnexpectedParenthesis: 'unexpected right paren',
  UnrecognizedCharacter: 'unrecognized character in action: {character}',
  BadCharacter: 'bad character {character}',
  UnterminatedCharacter: 'unterminated character constant',
  UnterminatedString: 'unterminated quoted string',
  UnterminatedRawString: 'unterminated raw quoted string',
  BadNumber: 'bad number syntax: {text}',
  IllegalNumber: 'illegal number syntax: {text}',
  IntegerOverflow: 'integer overflow: {text}',
  MalformedCharacter: 'malformed character constant: {text}',
  InvalidLiteral: 'invalid syntax',
  Unexpected: 'unexpected {token} in {context}',
  UnexpectedNode: 'unexpected {node}',
  UnexpectedEnd: 'unexpected EOF',
  UnexpectedDot: 'unexpected . after term {text}',
  ExpectedEnd: 'expected end; found {node}',
  MissingValue: 'missing value for {context}',
  EmptyCommand: 'empty command',
  NotExecutable: 'non executable command in pipeline stage {stage}',
  TooManyDeclarations: 'too many declarations in {context}',
  RangeDeclares: 'range can only initialize variables',
  OutsideRange: '{{{keyword}}} outside {{range}}',
  UndefinedFunction: 'function {name} not defined',
  UndefinedVariable: 'undefined variable {name}',
  MultipleDefinition: 'template: multiple definition of template {name}',
  NestedTooDeep: 'max expression depth exceeded',
  ComplexNumber: 'complex numbers are not supported: {text}',
  TemplateTooLarge: 'the template is larger than {limit} bytes',
  // executing
  NotAFunction: "can't give argument to non-function {node}",
  NilCommand: 'nil is not a command',
  NilIndirection: 'indirection through explicit nil in {node}',
  NilAssigned: 'cannot assign nil to {type}',
  NoVariable: 'undefined variable: {name}',
  NilData: 'nil data; no entry for key {key}',
  NilPointer: 'nil pointer evaluating {type}.{field}',
  NoEntry: 'map has no entry for key {key}',
  NoField: "can't evaluate field {field} in type {type}",
  FieldHasArguments: '{field} has arguments but cannot be invoked as function',
  KeyHasArguments: '{field} is not a method but has arguments',
  IntOverflow: '{text} overflows int',
  RangeOver: "range can't iterate over a value of type {type}",
  RangeTwoVariables: "can't use an integer to iterate over more than one variable",
  TemplateUndefined: 'template {name} not defined',
  TemplateEmpty: '{name} is an incomplete or empty template',
  TooFewArguments: 'wrong number of args for {name}: want at least {want} got {got}',
  WrongArguments: 'wrong number of args for {name}: want {want} got {got}',
  InvalidValue: 'invalid value; expected {type}',
  WrongType: 'wrong type for value; expected {type}; got {got}',
  ExpectedLiteral: 'expected {type}; found {node}',
  CannotHandle: "can't handle {node} for arg of type {type}",
  CannotAssign: "can't handle assignment of {node} to empty interface argument",
  // bounds
  TooManySteps: 'the template takes too many steps',
  TooMuchText: 'the template makes too much text on its way',
  TooMuchOutput: 'the result is too large',
  TooManySlowCalls: 'the template calls too many functions that take long',
  TooDeep: 'exceeded maximum template depth',
  // the result
  NotTexts: "could not unmarshal template to 'map[string][]byte': the rendered text is no YAML map of texts",
  NotYaml: 'could not unmarshal template YAML: the rendered text is no YAML',
  RandomKey: 'a key cannot be made of something random: it would be another one each time',
  // functions of the language
  IndexOfNil: '{verb} of untyped nil',
  IndexTypeNil: 'cannot index slice/array with nil',
  IndexType: 'cannot index slice/array with type {type}',
  IndexRange: 'index out of range',
  KeyNil: 'value is nil; should be of type string',
  KeyType: 'value has type {type}; should be string',
  CannotIndex: "can't {verb} item of type {type}",
  LenOfNil: 'len of nil pointer',
  LenOfNothing: 'reflect: call of reflect.Value.Type on zero Value',
  IndexOfNilPointer: 'index of nil pointer',
  LenOfType: 'len of type {type}',
  CallOfNil: 'call of nil',
  CallOfValue: 'non-function value of type {type}',
  BadComparison: 'invalid type for comparison',
  NoComparison: 'missing argument for comparison',
  Incompatible: 'incompatible types for comparison: {type} and {got}',
  NotComparable: 'non-comparable type {type}',
  // other functions
  KindNot: 'Cannot {verb} type {type}',
  NotAList: 'list should be type of slice or array but {type}',
  ConcatOf: 'Cannot concat type {type} as list',
  NilArgument: 'runtime error: invalid memory address or nil pointer dereference',
  OutOfRange: 'the positions are out of the range of the argument',
  NegativeCount: 'a count is negative',
  DivideByZero: 'runtime error: integer divide by zero',
  DivisionByZero: 'decimal division by 0',
  TooFewForDig: 'dig needs at least three arguments',
  ArgumentNot: 'an argument is not of type {type}',
  Fail: 'the template called fail; its message is withheld, because it may hold a value',
  InvalidJson: 'the argument is not JSON',
  NoJson: 'the value cannot be written as JSON',
  InvalidDate: 'the text does not have the layout of the date',
  InvalidDuration: 'the argument is not a duration',
  InvalidRegex: 'the regular expression is not valid',
  RegexTooCostly: 'the regular expressions are too large for their inputs',
  InvalidVersion: 'the argument is not a semantic version',
  InvalidConstraint: 'the constraint for versions is not valid',
  InvalidUrl: 'the argument is not a URL',
  InvalidBase64: 'the argument is not base64',
  InvalidCipher: 'the text cannot be decrypted',
  InvalidKey: 'the private key cannot be read, or is of an unsupported type',
  InvalidCertificate: 'the certificate cannot be read',
  InvalidAddress: 'an IP address is not valid',
  InvalidJwk: 'the JSON web key cannot be read, or is of an unsupported type',
  InvalidPkcs12: 'unable to decode pkcs12: the file is damaged or the password is wrong',
  NotUtf8: 'the argument is not UTF-8',
  NoPem: 'failed to decode PEM block',
  PemJunk: 'error filtering pem: found junk',
  ChainDisjunct: 'found multiple leaf or disjunct certificates',
  ChainNoLeaf: 'no leaf certificate found',
  ChainCycle: 'constructing chain resulted in cycle',
  SchemeUnsupported: 'decryption scheme is not supported: only None and RSA-OAEP are',
} as const satisfies Record<string, string>;

/** The name of a row of {@link templateErrors}. */
export type TemplateErrorCode = keyof typeof templateErrors;

/** What an error may tell: names and types, and pieces of the template's own text. */
export type TemplateErrorDetails = Readonly<
  Partial<
    Record<
      | 'character'
      | 'context'
      | 'field'
      | 'got'
      | 'key'
      | 'keyword'
      | 'limit'
      | 'name'
      | 'node'
      | 'stage'
      | 'text'
      | 'token'
      | 'type'
      | 'verb'
      | 'want',
      string | number
    >
  >
>;

/** The text of a row with its details. */
export function describe(code: TemplateErrorCode, details: TemplateErrorDetails): string {
  return templateErrors[code].replace(/\{([a-z]+)\}/g, (place, name: keyof TemplateErrorDetails) =>
    String(details[name] ?? place),
  );
}

/** Something that a function, or a bound, found wrong; the engine says where, as a {@link TemplateError}. */
export class CallError extends Error {
  readonly code: TemplateErrorCode;
  readonly details: TemplateErrorDetails;

  constructor(code: TemplateErrorCode, details: TemplateErrorDetails = {}) {
    super(describe(code, details));
    this.name = 'CallError';
    this.code = code;
    this.details = details;
  }
}

/** Where in a template something is wrong. */
export interface Place {
  /** The name that was given to the whole text. */
  readonly templateName: string;
  /** From 1. */
  readonly line: number;
  /** In bytes from 0. */
  readonly column: number;
}

/** A template that cannot be read or executed: a code of {@link templateErrors} and its place; the message is Go's, without values. */
export class TemplateError extends Error {
  readonly code: TemplateErrorCode;
  readonly templateName: string;
  readonly line: number;
  readonly column: number;

  constructor(code: TemplateErrorCode, place: Place, message: string) {
    super(message);
    this.name = 'TemplateError';
    this.code = code;
    this.templateName = place.templateName;
    this.line = place.line;
    this.column = place.column;
  }
}
