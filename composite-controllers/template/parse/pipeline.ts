import { quote, unquote } from '../values/quote.ts';
import { nodeText } from './node-text.ts';
import type { CommandNode, Node, PipeNode, VariableNode } from './nodes.ts';
import { numberNode } from './number.ts';
import {
  declare,
  fail,
  nested,
  next,
  nextNonSpace,
  type Parser,
  peek,
  peekNonSpace,
  unexpected,
  within,
} from './parser.ts';
import type { Token, TokenKind } from './scanner.ts';

const operands: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'bool',
  'character',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'left-paren',
]);

/** Reads a pipeline with its declarations, up to and with the closing token. */
export function pipeline(p: Parser, context: string, end: 'close' | 'right-paren'): PipeNode {
  const { at } = peekNonSpace(p);
  const { declares, assigns } = declarations(p, context);
  const commands: CommandNode[] = [];
  for (;;) {
    const token = nextNonSpace(p);
    if (token.kind === end) break;
    if (!operands.has(token.kind)) unexpected(p, token, context);
    p.source.next--;
    commands.push(command(p));
  }
  checkCommands(p, commands, context);
  return { kind: 'pipe', at, declares, assigns, commands };
}

function checkCommands(p: Parser, commands: readonly CommandNode[], context: string): void {
  if (commands.length === 0) fail(p, 'MissingValue', { context });
  for (const [index, { args }] of commands.entries())
    if (index > 0 && ['bool', 'dot', 'nil', 'number', 'string'].includes(args[0].kind))
      fail(p, 'NotExecutable', { stage: index + 1 });
}

function declarations(p: Parser, context: string): Pick<PipeNode, 'declares' | 'assigns'> {
  const declares: VariableNode[] = [];
  const add = ({ at, text }: Token) => {
    declares.push({ kind: 'variable', at, names: [text] });
    declare(p, text);
  };
  for (;;) {
    const variable = peekNonSpace(p);
    if (variable.kind !== 'variable') break;
    const back = p.source.next++;
    const after = peekNonSpace(p);
    if (after.kind === 'assign' || after.kind === 'declare') {
      p.source.next++;
      add(variable);
      return { declares, assigns: after.kind === 'assign' };
    }
    if (after.kind !== 'char' || after.text !== ',') {
      p.source.next = back;
      break;
    }
    p.source.next++;
    add(variable);
    if (context !== 'range' || declares.length > 1) fail(p, 'TooManyDeclarations', { context });
    const { kind } = peekNonSpace(p);
    if (kind !== 'variable' && kind !== 'close' && kind !== 'right-paren') fail(p, 'RangeDeclares');
  }
  return { declares, assigns: false };
}

function command(p: Parser): CommandNode {
  const { at } = peekNonSpace(p);
  const args: Node[] = [];
  for (;;) {
    peekNonSpace(p);
    const node = operand(p);
    if (node !== undefined) args.push(node);
    const token = next(p);
    if (token.kind === 'space') continue;
    if (token.kind === 'close' || token.kind === 'right-paren') p.source.next--;
    else if (token.kind !== 'pipe') unexpected(p, token, 'operand');
    break;
  }
  const [first, ...others] = args;
  return first === undefined ? fail(p, 'EmptyCommand') : { kind: 'command', at, args: [first, ...others] };
}

/** A term and the fields that follow it. */
function operand(p: Parser): Node | undefined {
  const node = term(p);
  const { kind, at } = peek(p);
  if (node === undefined || kind !== 'field') return node;
  const names: string[] = [];
  while (peek(p).kind === 'field') names.push(next(p).text.slice(1));
  switch (node.kind) {
    case 'field':
    case 'variable':
      return { ...node, at, names: [...node.names, ...names] };
    case 'bool':
    case 'string':
    case 'number':
    case 'nil':
    case 'dot':
      return fail(p, 'UnexpectedDot', { text: quote(nodeText(node)) });
    default:
      return { kind: 'chain', at, node, names };
  }
}

function term(p: Parser): Node | undefined {
  const token = nextNonSpace(p);
  const { at, text } = token;
  switch (token.kind) {
    case 'identifier':
      if (!p.source.hasFunction(text)) fail(p, 'UndefinedFunction', { name: quote(text) });
      return { kind: 'identifier', at, name: text };
    case 'dot':
      return { kind: 'dot', at };
    case 'nil':
      return { kind: 'nil', at };
    case 'variable':
      if (!p.declared.has(text)) fail(p, 'UndefinedVariable', { name: quote(text) });
      return { kind: 'variable', at, names: [text] };
    case 'field':
      return { kind: 'field', at, names: [text.slice(1)] };
    case 'bool':
      return { kind: 'bool', at, value: text === 'true' };
    case 'character':
    case 'complex':
    case 'number': {
      const kind = token.kind;
      return within(p, () => numberNode(text, kind, at));
    }
    case 'left-paren':
      return nested(p, () => pipeline(p, 'parenthesized pipeline', 'right-paren'));
    case 'string':
    case 'raw-string': {
      const content = unquote(text);
      if (content === undefined) return fail(p, 'InvalidLiteral');
      return { kind: 'string', at, quoted: text, text: content };
    }
    default:
      p.source.next--;
      return undefined;
  }
}
