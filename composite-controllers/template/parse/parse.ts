import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { quote, unquote } from '../values/quote.ts';
import { lex } from './lexer.ts';
import type { BranchNode, Statement, TemplateNode } from './nodes.ts';
import {
  addBody,
  expect,
  fail,
  forget,
  nested,
  next,
  nextNonSpace,
  type ParsedSource,
  type Parser,
  parser,
  peek,
  peekNonSpace,
  unexpected,
} from './parser.ts';
import { pipeline } from './pipeline.ts';
import type { Scanner, Token } from './scanner.ts';

/** Reads a template's text. Throws {@link TemplateError}. */
export function parse(
  name: ByteText,
  text: ByteText,
  delimiters: Scanner['delimiters'],
  hasFunction: (name: ByteText) => boolean,
): ParsedSource {
  const tokens = lex(text, delimiters);
  const bodies = new Map<ByteText, readonly Statement[]>();
  const p = parser({ name, text, tokens, hasFunction, bodies, next: 0, depth: 0 });
  addBody(p, name, topLevel(p));
  return { name, text, bodies };
}

function topLevel(p: Parser): Statement[] {
  const root: Statement[] = [];
  while (peek(p).kind !== 'end-of-text') {
    if (peek(p).kind === 'open') {
      const back = p.source.next++;
      if (nextNonSpace(p).kind === 'define') {
        define(p);
        continue;
      }
      p.source.next = back;
    }
    const item = textOrAction(p);
    if (isClosing(item)) fail(p, 'UnexpectedNode', { node: closingText(item) });
    else root.push(item);
  }
  return root;
}

/** What ends a list: `{{else}}` or `{{end}}`. */
interface Closing {
  readonly kind: 'else' | 'end';
}

const isClosing = (item: Statement | Closing): item is Closing => item.kind === 'else' || item.kind === 'end';
const closingText = ({ kind }: Closing) => `{{${kind}}}`;

function define(p: Parser): void {
  const inner = parser(p.source);
  const context = 'define clause';
  const name = unquoted(inner, expect(inner, ['string', 'raw-string'], context));
  expect(inner, ['close'], context);
  const { list, closing } = itemList(inner);
  if (closing.kind !== 'end') fail(inner, 'Unexpected', { token: closingText(closing), context });
  addBody(inner, name, list);
}

function itemList(p: Parser): { list: Statement[]; closing: Closing } {
  return nested(p, () => {
    const list: Statement[] = [];
    while (peekNonSpace(p).kind !== 'end-of-text') {
      const item = textOrAction(p);
      if (isClosing(item)) return { list, closing: item };
      list.push(item);
    }
    return fail(p, 'UnexpectedEnd');
  });
}

function textOrAction(p: Parser): Statement | Closing {
  const token = nextNonSpace(p);
  if (token.kind === 'text') return { kind: 'text', at: token.at, text: token.text };
  if (token.kind !== 'open') return unexpected(p, token, 'input');
  p.actionLine = token.line;
  const item = action(p);
  p.actionLine = undefined;
  return item;
}

function action(p: Parser): Statement | Closing {
  const token = nextNonSpace(p);
  switch (token.kind) {
    case 'block':
      return block(p);
    case 'break':
    case 'continue':
      return jump(p, token.kind, token.at);
    case 'else': {
      const { kind } = peekNonSpace(p);
      if (kind !== 'if' && kind !== 'with') expect(p, ['close'], 'else');
      return { kind: 'else' };
    }
    case 'end':
      expect(p, ['close'], 'end');
      return { kind: 'end' };
    case 'if':
    case 'range':
    case 'with':
      return control(p, token.kind);
    case 'template':
      return template(p);
  }
  p.source.next--;
  return { kind: 'action', at: peek(p).at, pipe: pipeline(p, 'command', 'close') };
}

function jump(p: Parser, kind: 'break' | 'continue', at: number): Statement {
  const token = nextNonSpace(p);
  if (token.kind !== 'close') unexpected(p, token, `{{${kind}}}`);
  if (p.ranges === 0) fail(p, 'OutsideRange', { keyword: kind });
  return { kind, at };
}

function control(p: Parser, kind: BranchNode['kind']): BranchNode {
  const variables = p.variables.length;
  const pipe = pipeline(p, kind, 'close');
  if (kind === 'range') p.ranges++;
  const { list, closing } = itemList(p);
  if (kind === 'range') p.ranges--;
  const otherwise = closing.kind === 'else' ? alternative(p, kind) : undefined;
  forget(p, variables);
  return { kind, at: pipe.at, pipe, list, otherwise };
}

/** What follows `{{else`: another condition of the same kind, which shares the `{{end}}`, or a list. */
function alternative(p: Parser, kind: BranchNode['kind']): Statement[] {
  if (kind !== 'range' && peek(p).kind === kind) {
    next(p);
    return [nested(p, () => control(p, kind))];
  }
  const { list, closing } = itemList(p);
  if (closing.kind !== 'end') fail(p, 'ExpectedEnd', { node: closingText(closing) });
  return list;
}

function block(p: Parser): TemplateNode {
  const context = 'block clause';
  const token = nextNonSpace(p);
  const name = templateName(p, token, context);
  const pipe = pipeline(p, context, 'close');
  const inner = parser(p.source);
  const { list, closing } = itemList(inner);
  if (closing.kind !== 'end') fail(p, 'Unexpected', { token: closingText(closing), context });
  addBody(inner, name, list);
  return { kind: 'template', at: token.at, name, pipe };
}

function template(p: Parser): TemplateNode {
  const context = 'template clause';
  const token = nextNonSpace(p);
  const name = templateName(p, token, context);
  if (nextNonSpace(p).kind === 'close') return { kind: 'template', at: token.at, name, pipe: undefined };
  p.source.next--;
  return { kind: 'template', at: token.at, name, pipe: pipeline(p, context, 'close') };
}

function templateName(p: Parser, token: Token, context: string): ByteText {
  return token.kind === 'string' || token.kind === 'raw-string'
    ? unquoted(p, token)
    : unexpected(p, token, context);
}

function unquoted(p: Parser, { text }: Token): ByteText {
  return unquote(text) ?? fail(p, 'InvalidLiteral', { text: quote(text) });
}
