import type { ByteText } from '../../../providers/kit/json/byte-text.ts';

interface At {
  /** Byte offset in the template's text. */
  readonly at: number;
}

/** A number literal: what it may be used as. */
export interface NumberNode extends At {
  readonly kind: 'number';
  readonly text: ByteText;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
}

export interface StringNode extends At {
  readonly kind: 'string';
  readonly quoted: ByteText;
  readonly text: ByteText;
}

export interface BoolNode extends At {
  readonly kind: 'bool';
  readonly value: boolean;
}

export interface DotNode extends At {
  readonly kind: 'dot';
}

export interface NilNode extends At {
  readonly kind: 'nil';
}

/** `.a.b` */
export interface FieldNode extends At {
  readonly kind: 'field';
  readonly names: readonly ByteText[];
}

/** `$x.a.b`; the first name is the variable's, with its dollar sign. */
export interface VariableNode extends At {
  readonly kind: 'variable';
  readonly names: readonly ByteText[];
}

/** A function's name. */
export interface IdentifierNode extends At {
  readonly kind: 'identifier';
  readonly name: ByteText;
}

/** `(pipeline).a.b` */
export interface ChainNode extends At {
  readonly kind: 'chain';
  readonly node: Node;
  readonly names: readonly ByteText[];
}

export interface CommandNode extends At {
  readonly kind: 'command';
  readonly args: readonly [Node, ...Node[]];
}

export interface PipeNode extends At {
  readonly kind: 'pipe';
  readonly assigns: boolean;
  readonly declares: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}

/** What an action, a command or an argument is made of. */
export type Node =
  | NumberNode
  | StringNode
  | BoolNode
  | DotNode
  | NilNode
  | FieldNode
  | VariableNode
  | IdentifierNode
  | ChainNode
  | CommandNode
  | PipeNode;

export interface TextNode extends At {
  readonly kind: 'text';
  readonly text: ByteText;
}

export interface ActionNode extends At {
  readonly kind: 'action';
  readonly pipe: PipeNode;
}

/** `if`, `with` or `range` with its parts. */
export interface BranchNode extends At {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: PipeNode;
  readonly list: readonly Statement[];
  readonly otherwise: readonly Statement[] | undefined;
}

export interface JumpNode extends At {
  readonly kind: 'break' | 'continue';
}

export interface TemplateNode extends At {
  readonly kind: 'template';
  readonly name: ByteText;
  readonly pipe: PipeNode | undefined;
}

/** What a template's body is made of. */
export type Statement = TextNode | ActionNode | BranchNode | JumpNode | TemplateNode;

/** The bodies of a text's templates by name. */
export type Bodies = ReadonlyMap<ByteText, readonly Statement[]>;
