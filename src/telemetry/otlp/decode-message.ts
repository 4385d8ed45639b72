import { wireTypeOf } from './encode-message.ts';
import type { Field, MessageType, ScalarKind } from './message-type.ts';

/** A value may hold a list of values, and so on; nobody's does this often. */
const MAX_DEPTH = 24;
/** Two bytes make an empty message, and an object takes many more. */
const MAX_MESSAGES = 200_000;

/** The bytes are not what they should be; the message says what is wrong, in a few words. */
export class MalformedMessage extends Error {}

type Message = Record<string, unknown>;

interface Reader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
  readonly count: { messages: number };
}

const need = ({ at, end }: Reader, bytes: number): void => {
  if (end - at < bytes) throw new MalformedMessage('it ends early');
};

const readVarint = (reader: Reader): bigint => {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    need(reader, 1);
    const byte = reader.bytes[reader.at++] as number;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new MalformedMessage('a number has more than ten bytes');
};

const readSmall = (reader: Reader): number => {
  const first = reader.bytes[reader.at];
  if (first !== undefined && first < 0x80 && reader.at < reader.end) {
    reader.at++;
    return first;
  }
  const value = readVarint(reader);
  if (value > 0xffff_ffffn) throw new MalformedMessage('a length is too large');
  return Number(value);
};

const readBlock = (reader: Reader): Buffer => {
  const length = readSmall(reader);
  need(reader, length);
  const block = reader.bytes.subarray(reader.at, reader.at + length);
  reader.at += length;
  return block;
};

const readFixed = (reader: Reader, length: 4 | 8): Buffer => {
  need(reader, length);
  reader.at += length;
  return reader.bytes.subarray(reader.at - length, reader.at);
};

const readScalar = (reader: Reader, kind: ScalarKind): unknown => {
  switch (kind) {
    case 'string':
      return readBlock(reader).toString();
    case 'bytes':
      return readBlock(reader).toString('base64');
    case 'hex':
      return readBlock(reader).toString('hex');
    case 'bool':
      return readVarint(reader) !== 0n;
    case 'enum':
      return Number(BigInt.asIntN(32, readVarint(reader)));
    case 'int64':
      return String(BigInt.asIntN(64, readVarint(reader)));
    case 'fixed32':
      return readFixed(reader, 4).readUInt32LE();
    case 'fixed64':
      return String(readFixed(reader, 8).readBigUInt64LE());
    case 'sfixed64':
      return String(readFixed(reader, 8).readBigInt64LE());
    case 'double':
      return readFixed(reader, 8).readDoubleLE();
  }
};

const isBlock = (kind: ScalarKind): boolean => kind === 'string' || kind === 'bytes' || kind === 'hex';

const skip = (reader: Reader, wireType: number): void => {
  switch (wireType) {
    case 0:
      readVarint(reader);
      return;
    case 1:
      readFixed(reader, 8);
      return;
    case 2:
      readBlock(reader);
      return;
    case 5:
      readFixed(reader, 4);
      return;
    default:
      throw new MalformedMessage(`it has a field of the unknown kind ${wireType}`);
  }
};

const add = (message: Message, { name, isRepeated }: Field, value: unknown): void => {
  if (!isRepeated) message[name] = value;
  else if (Array.isArray(message[name])) message[name].push(value);
  else message[name] = [value];
};

const readField = (reader: Reader, message: Message, field: Field, wireType: number, depth: number): void => {
  const { kind } = field;
  if (typeof kind !== 'string') {
    if (wireType !== 2) throw new MalformedMessage(`${field.name} is not a message`);
    const block = readBlock(reader);
    const inner = { bytes: block, at: 0, end: block.length, count: reader.count };
    add(message, field, readMessage(inner, kind, depth + 1));
    return;
  }
  if (wireType === wireTypeOf(kind)) {
    add(message, field, readScalar(reader, kind));
    return;
  }
  if (wireType !== 2 || !field.isRepeated || isBlock(kind)) {
    throw new MalformedMessage(`${field.name} has another kind of value`);
  }
  const packed = readBlock(reader);
  const inner = { bytes: packed, at: 0, end: packed.length, count: reader.count };
  while (inner.at < inner.end) {
    count(reader);
    add(message, field, readScalar(inner, kind));
  }
};

const count = ({ count: counted }: Reader): void => {
  counted.messages++;
  if (counted.messages > MAX_MESSAGES) throw new MalformedMessage(`it has more than ${MAX_MESSAGES} parts`);
};

const readMessage = (reader: Reader, type: MessageType, depth: number): Message => {
  if (depth > MAX_DEPTH) throw new MalformedMessage(`its values lie more than ${MAX_DEPTH} deep`);
  count(reader);
  const message: Message = {};
  while (reader.at < reader.end) {
    const tag = readSmall(reader);
    const field = type.byNumber.get(tag >>> 3);
    if (field) readField(reader, message, field, tag & 7, depth);
    else skip(reader, tag & 7);
  }
  return message;
};

/**
 * Reads a message in Protocol Buffers; fields that the type does not know are passed over.
 * @returns it in the form that OTLP's JSON has: whole numbers of 64 bits as text, ids in hexadecimal
 * @throws MalformedMessage
 */
export const decodeMessage = (type: MessageType, bytes: Buffer): Message =>
  readMessage({ bytes, at: 0, end: bytes.length, count: { messages: 0 } }, type, 0);
