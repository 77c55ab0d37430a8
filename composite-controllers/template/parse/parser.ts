import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { CallError, TemplateError, type TemplateErrorCode, type TemplateErrorDetails } from '../errors.ts';
import { maxParseDepth } from '../limits.ts';
import { quote } from '../values/quote.ts';
import { runes } from '../values/unicode.ts';
import type { Bodies, Statement } from './nodes.ts';
import { keywords, type Token, type TokenKind } from './scanner.ts';

/** What all templates of a text share while it is read. */
export interface Source {
  readonly name: ByteText;
  readonly text: ByteText;
  readonly tokens: readonly Token[];
  readonly hasFunction: (name: ByteText) => boolean;
  readonly bodies: Map<ByteText, readonly Statement[]>;
  next: number;
  depth: number;
}

/** One template that is being read: the main one, a definition or a block; variables and loops end with it. */
export interface Parser {
  readonly source: Source;
  /** Those that may be named here, and how often each name was declared among them. */
  readonly variables: ByteText[];
  readonly declared: Map<ByteText, number>;
  ranges: number;
  /** Where the current action started; undefined between actions. */
  actionLine: number | undefined;
  /** The furthest token that was looked at: errors are counted to its line, as in Go. */
  reached: number;
}

/** A parser for one template of the source. */
export function parser(source: Source): Parser {
  const declared = new Map([['$', 1]]);
  return { source, variables: ['$'], declared, ranges: 0, actionLine: undefined, reached: source.next };
}

/** Lets a variable be named from here on. */
export function declare({ variables, declared }: Parser, name: ByteText): void {
  variables.push(name);
  declared.set(name, (declared.get(name) ?? 0) + 1);
}

/** Forgets the variables behind so many. */
export function forget({ variables, declared }: Parser, kept: number): void {
  for (const name of variables.splice(kept)) {
    const left = (declared.get(name) ?? 0) - 1;
    if (left > 0) declared.set(name, left);
    else declared.delete(name);
  }
}

const endToken: Token = { kind: 'end-of-text', text: '', at: 0, line: 0 };

/** The next token, without taking it. */
export function peek(p: Parser): Token {
  p.reached = Math.max(p.reached, p.source.next);
  return p.source.tokens[p.source.next] ?? p.source.tokens.at(-1) ?? endToken;
}

/** Takes the next token. */
export function next(p: Parser): Token {
  const token = peek(p);
  p.source.next++;
  return token;
}

/** Takes the next token that is not space. */
export function nextNonSpace(p: Parser): Token {
  let token = next(p);
  while (token.kind === 'space') token = next(p);
  return token;
}

/** The next token that is not space; space before it is taken. */
export function peekNonSpace(p: Parser): Token {
  const token = nextNonSpace(p);
  p.source.next--;
  return token;
}

/** Takes the next token, which has to be of such a kind. */
export function expect(p: Parser, kinds: readonly TokenKind[], context: string): Token {
  const token = nextNonSpace(p);
  return kinds.includes(token.kind) ? token : unexpected(p, token, context);
}

/** Throws what a token that does not belong here means. */
export function unexpected(p: Parser, token: Token, context: string): never {
  if (token.error === undefined) return fail(p, 'Unexpected', { token: tokenText(token), context });
  let extra = '';
  if (p.actionLine !== undefined && p.actionLine !== token.line) {
    extra = ` in action started at ${p.source.name}:${p.actionLine}`;
    if (token.text.endsWith(' action')) extra = extra.slice(' in action'.length);
  }
  throw located(p, token.error, extra);
}

/** Throws an error at the furthest token that was read. */
export function fail(p: Parser, code: TemplateErrorCode, details: TemplateErrorDetails = {}): never {
  throw located(p, new CallError(code, details));
}

/** Runs a step; a {@link CallError} of it becomes an error of this place. */
export function within<T>(p: Parser, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof CallError ? located(p, error) : error;
  }
}

/** Runs a step one level deeper. */
export function nested<T>(p: Parser, step: () => T): T {
  if (p.source.depth >= maxParseDepth) return fail(p, 'NestedTooDeep');
  p.source.depth++;
  const result = step();
  p.source.depth--;
  return result;
}

function located(p: Parser, { code, message }: CallError, extra = ''): TemplateError {
  const { name, text, tokens } = p.source;
  const token = tokens[p.reached] ?? tokens.at(-1) ?? endToken;
  const column = token.at - (text.lastIndexOf('\n', token.at - 1) + 1);
  return new TemplateError(
    code,
    { templateName: name, line: token.line, column },
    `template: ${name}:${token.line}: ${message}${extra}`,
  );
}

/** The token as Go shows it in errors. */
function tokenText({ kind, text }: Token): string {
  if (kind === 'end-of-text') return 'EOF';
  if (keywords.some((keyword) => keyword === kind) || kind === 'nil' || kind === 'dot') return `<${text}>`;
  if (text.length <= 10) return quote(text);
  const tenth = [...runes(text.slice(0, 44))][10]?.at ?? text.length;
  return `${quote(text.slice(0, tenth))}...`;
}

/** Adds a template's body; only an empty one may be replaced. */
export function addBody(p: Parser, name: ByteText, body: readonly Statement[]): void {
  const { bodies } = p.source;
  const before = bodies.get(name);
  if (before === undefined || isEmpty(before)) bodies.set(name, body);
  else if (!isEmpty(body)) fail(p, 'MultipleDefinition', { name: quote(name) });
}

function isEmpty(body: readonly Statement[]): boolean {
  return body.every((node) => node.kind === 'text' && /^[\t-\r \x85\xa0]*$/.test(node.text));
}

/** The result of reading a whole source. */
export interface ParsedSource {
  readonly name: ByteText;
  readonly text: ByteText;
  readonly bodies: Bodies;
}
