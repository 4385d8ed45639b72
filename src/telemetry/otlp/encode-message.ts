import type { JsonObject } from '../../base/json-object.ts';
import { isObject } from '../../base/json-object.ts';
import type { Field, MessageType, ScalarKind } from './message-type.ts';

const VARINT = 0;
const FIXED_64 = 1;
const DELIMITED = 2;
const FIXED_32 = 5;

export const wireTypeOf = (kind: ScalarKind | MessageType): number => {
  if (typeof kind === 'object') return DELIMITED;
  switch (kind) {
    case 'double':
    case 'fixed64':
    case 'sfixed64':
      return FIXED_64;
    case 'fixed32':
      return FIXED_32;
    case 'bool':
    case 'enum':
    case 'int64':
      return VARINT;
    case 'string':
    case 'bytes':
    case 'hex':
      return DELIMITED;
  }
};

/** @param value not negative, up to 2^53 */
const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
};

const bigVarint = (value: bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
};

/** Whole numbers of 64 bits are text here, as in OTLP's JSON; numbers do as well. */
const asBig = (value: unknown): bigint =>
  typeof value === 'string' || Number.isSafeInteger(value) ? BigInt(value as string | number) : 0n;

const encodeScalar = (kind: ScalarKind, value: unknown): Buffer => {
  switch (kind) {
    case 'string':
      return Buffer.from(String(value));
    case 'bytes':
      return Buffer.from(String(value), 'base64');
    case 'hex':
      return Buffer.from(String(value), 'hex');
    case 'bool':
      return varint(value === true ? 1 : 0);
    case 'enum':
      return varint(Number(value));
    case 'int64':
      return bigVarint(asBig(value));
    case 'fixed32': {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(Number(value) >>> 0);
      return bytes;
    }
    case 'fixed64':
    case 'sfixed64': {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, asBig(value)));
      return bytes;
    }
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(Number(value));
      return bytes;
    }
  }
};

const delimited = (number: number, bytes: Buffer): Buffer[] => [
  varint(number * 8 + DELIMITED),
  varint(bytes.length),
  bytes,
];

const encodeField = ({ number, kind, isRepeated }: Field, value: unknown): Buffer[] => {
  const all = isRepeated ? (Array.isArray(value) ? value : []) : [value];
  if (typeof kind !== 'string')
    return all.flatMap((one) => delimited(number, encodeMessage(kind, isObject(one) ? one : {})));
  const wireType = wireTypeOf(kind);
  if (wireType === DELIMITED) return all.flatMap((one) => delimited(number, encodeScalar(kind, one)));
  if (isRepeated) return delimited(number, Buffer.concat(all.map((one) => encodeScalar(kind, one))));
  return all.flatMap((one) => [varint(number * 8 + wireType), encodeScalar(kind, one)]);
};

/**
 * Writes a message in Protocol Buffers.
 * @param message in the form that OTLP's JSON has; members that the type does not know are left out
 */
export const encodeMessage = (type: MessageType, message: JsonObject): Buffer =>
  Buffer.concat(
    type.fields.flatMap((field) => {
      const value = message[field.name];
      return value === undefined ? [] : encodeField(field, value);
    }),
  );

/** A field that holds messages which are encoded already. */
export const encodeFields = (number: number, messages: readonly Buffer[]): Buffer =>
  Buffer.concat(messages.flatMap((message) => delimited(number, message)));
