import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { quote } from '../values/quote.ts';
import type { Node, PipeNode, TemplateNode } from './nodes.ts';

/** The node as Go writes it into errors. */
export function nodeText(node: Node | TemplateNode): ByteText {
  switch (node.kind) {
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'bool':
      return String(node.value);
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'field':
      return node.names.map((name) => `.${name}`).join('');
    case 'variable':
      return node.names.join('.');
    case 'identifier':
      return node.name;
    case 'chain': {
      const inner = nodeText(node.node);
      return `${node.node.kind === 'pipe' ? `(${inner})` : inner}${node.names.map((name) => `.${name}`).join('')}`;
    }
    case 'command':
      return node.args.map((arg) => (arg.kind === 'pipe' ? `(${nodeText(arg)})` : nodeText(arg))).join(' ');
    case 'pipe':
      return pipeText(node);
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe === undefined ? '' : ` ${pipeText(node.pipe)}`}}}`;
  }
}

function pipeText({ declares, assigns, commands }: PipeNode): ByteText {
  const names = declares.map(nodeText).join(', ');
  const start = declares.length === 0 ? '' : `${names} ${assigns ? '=' : ':='} `;
  return start + commands.map(nodeText).join(' | ');
}
