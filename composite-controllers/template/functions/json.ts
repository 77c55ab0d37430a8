import { type ByteText, fromByteText, toByteText } from '../../../providers/kit/json/byte-text.ts';
import { JsonError } from '../../../providers/kit/json/json-error.ts';
import { type JsonNode, parseJson } from '../../../providers/kit/json/tokenizer.ts';
import { CallError } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { type JsonForm, jsonText } from '../values/json-text.ts';
import { type Any, dict, list } from '../values/value.ts';
import { type FunctionTable, fn, type TemplateFunction } from './signature.ts';

/** JSON in and out. Without `must`, what is no JSON gives nil, and what cannot be JSON gives no text. */
export const jsonFunctions: FunctionTable = {
  fromJson: fn(['string'], ([text], { budget }) => read(text, budget, 'nil')),
  mustFromJson: fn(['string'], ([text], { budget }) => read(text, budget, 'error')),
  toJson: lenient({ html: 'escaped', layout: 'compact' }),
  mustToJson: strict({ html: 'escaped', layout: 'compact' }),
  toPrettyJson: lenient({ html: 'escaped', layout: 'indented' }),
  mustToPrettyJson: strict({ html: 'escaped', layout: 'indented' }),
  toRawJson: strict({ html: 'plain', layout: 'compact' }),
  mustToRawJson: strict({ html: 'plain', layout: 'compact' }),
};

function strict(form: JsonForm): TemplateFunction {
  return fn(['any'], ([value], { budget }) => jsonText(value, form, budget));
}

function lenient(form: JsonForm): TemplateFunction {
  return fn(['any'], ([value], { budget }) => {
    try {
      return jsonText(value, form, budget);
    } catch (error) {
      if (error instanceof CallError && error.code === 'NoJson') return '';
      throw error;
    }
  });
}

function read(text: ByteText, budget: Budget, invalid: 'nil' | 'error'): Any {
  try {
    return fromNode(parseJson(fromByteText(text)).root, budget, invalid);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (error.code === 'TooDeep') throw new CallError('TooDeep');
    if (invalid === 'nil') return null;
    throw new CallError('InvalidJson');
  }
}

/** The node as Go's decoder makes generic values: every number is float64; one out of its range is nil. */
function fromNode(node: JsonNode, budget: Budget, invalid: 'nil' | 'error'): Any {
  budget.step();
  switch (node.kind) {
    case 'string':
      return toByteText(node.text.toWellFormed());
    case 'number': {
      const value = Number(node.text);
      if (Number.isFinite(value)) return value;
      if (invalid === 'error') throw new CallError('InvalidJson');
      return null;
    }
    case 'boolean':
      return node.value;
    case 'null':
      return null;
    case 'array':
      return budget.nested(() => list(node.items.map((item) => fromNode(item, budget, invalid))));
    case 'object':
      return budget.nested(() =>
        dict(
          node.members.map(
            ({ name, value }) => [toByteText(name.toWellFormed()), fromNode(value, budget, invalid)] as const,
          ),
        ),
      );
  }
}
