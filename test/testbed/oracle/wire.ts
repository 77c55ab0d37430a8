import type { ByteText } from '../../../providers/kit/json/byte-text.ts';
import { argumentsOf, type Case } from './case.ts';
import type { Answer } from './compare.ts';
import type { Data } from './data.ts';

// A frame is its length, the number of questions or answers in it, and those; all lengths are 32 bits, low byte first. A value is
// a tag (wire.go has the same) and what follows from it; texts are their length and bytes.
const tags = {
  nil: 0,
  false: 1,
  true: 2,
  int: 3,
  int64: 4,
  float: 5,
  text: 6,
  list: 7,
  texts: 8,
  map: 9,
  textMap: 10,
};

let buffer = Buffer.allocUnsafe(1 << 20);
let end = 0;

/** A frame of questions, good until the next one is made. */
export function questionFrame(cases: readonly Case[]): Buffer {
  end = 0;
  writeLength(0);
  writeLength(cases.length);
  for (const one of cases) {
    writeText(one.ask);
    writeValue(argumentsOf(one));
  }
  buffer.writeUInt32LE(end - 4, 0);
  return buffer.subarray(0, end);
}

/** The answers of a frame without its length. */
export function answersOf(frame: Buffer): Answer[] {
  let at = 4;
  const readText = () => {
    const start = at + 4;
    at = start + frame.readUInt32LE(at);
    return frame.toString('latin1', start, at);
  };
  return Array.from({ length: frame.readUInt32LE(0) }, () => {
    const stage = readText();
    const text = readText();
    return stage === '' ? { kind: 'output', output: text } : { kind: 'error', stage, text };
  });
}

function reserve(bytes: number): void {
  if (end + bytes <= buffer.length) return;
  const larger = Buffer.allocUnsafe(2 * (end + bytes));
  buffer.copy(larger, 0, 0, end);
  buffer = larger;
}

function writeTag(tag: number): void {
  reserve(1);
  buffer[end++] = tag;
}

function writeLength(length: number): void {
  reserve(4);
  end = buffer.writeUInt32LE(length, end);
}

function writeText(text: ByteText): void {
  writeLength(text.length);
  reserve(text.length);
  end += buffer.write(text, end, 'latin1');
}

function writeValue(value: Data): void {
  switch (typeof value) {
    case 'boolean':
      writeTag(value ? tags.true : tags.false);
      return;
    case 'bigint':
      writeInteger(tags.int, value);
      return;
    case 'number':
      writeTag(tags.float);
      reserve(8);
      end = buffer.writeDoubleLE(value, end);
      return;
    case 'string':
      writeTag(tags.text);
      writeText(value);
      return;
  }
  if (value === null) writeTag(tags.nil);
  else if (value.kind === 'integer') writeInteger(tags.int64, value.value);
  else if (value.kind === 'list') {
    writeTag(value.element === 'string' ? tags.texts : tags.list);
    writeLength(value.items.length);
    for (const item of value.items) writeValue(item);
  } else if (value.kind === 'map') {
    writeTag(value.element === 'string' ? tags.textMap : tags.map);
    writeLength(value.entries.size);
    for (const [name, item] of value.entries) {
      writeText(name);
      writeValue(item);
    }
  } else throw new Error('no such data');
}

function writeInteger(tag: number, value: bigint): void {
  writeTag(tag);
  reserve(8);
  end = buffer.writeBigInt64LE(value, end);
}
