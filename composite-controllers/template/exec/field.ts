import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { quote } from '../values/quote.ts';
import { typeInError } from '../values/types.ts';
import { isObject, type Value } from '../values/value.ts';
import { type Arguments, call } from './call.ts';
import { fail, type State } from './state.ts';

/** What `.name` on a receiver is: a method's result, a field, or the value of a key. */
export function field(state: State, receiver: Value, name: ByteText, args: Arguments): Value {
  if (receiver === undefined)
    return state.run.missingKey === 'error' ? fail(state, 'NilData', { key: quote(name) }) : undefined;
  if (receiver === null) return fail(state, 'NilPointer', { type: 'interface {}', field: name });
  if (!isObject(receiver)) return noField(state, receiver, name);
  if ('methods' in receiver && receiver.methods !== undefined && Object.hasOwn(receiver.methods, name)) {
    const method = receiver.methods[name];
    if (method !== undefined) return call(state, method, name, args);
  }
  const hasArguments = args.nodes.length > 1 || args.final !== undefined;
  if (receiver.kind === 'instance' && receiver.base === 'struct' && Object.hasOwn(receiver.fields, name)) {
    if (hasArguments) fail(state, 'FieldHasArguments', { field: name });
    return receiver.fields[name];
  }
  if (receiver.kind !== 'map') return noField(state, receiver, name);
  if (hasArguments) fail(state, 'KeyHasArguments', { field: name });
  const value = receiver.entries.get(name);
  if (value !== undefined) return value;
  switch (state.run.missingKey) {
    case 'default':
      return undefined;
    case 'zero':
      return receiver.element === 'string' ? '' : null;
    case 'error':
      return fail(state, 'NoEntry', { key: quote(name) });
  }
}

function noField(state: State, receiver: Value, name: ByteText): never {
  return fail(state, 'NoField', { field: name, type: typeInError(receiver) });
}
