/** How a field is written in Protocol Buffers. `hex`: bytes that are hexadecimal text here, as in OTLP's JSON. */
export type ScalarKind =
  | 'string'
  | 'bytes'
  | 'hex'
  | 'bool'
  | 'enum'
  | 'int64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
  | 'double';

export interface Field {
  readonly name: string;
  readonly number: number;
  readonly kind: ScalarKind | MessageType;
  readonly isRepeated: boolean;
}

/** A message's fields; read late, since a message may hold itself. */
export interface MessageType {
  readonly fields: readonly Field[];
  readonly byNumber: ReadonlyMap<number, Field>;
}

type Spelled = readonly [number: number, kind: ScalarKind | MessageType | (() => MessageType), many?: 'many'];

/** @param spelled the fields by their names in OTLP's JSON */
export const messageType = (spelled: Readonly<Record<string, Spelled>>): MessageType => {
  let fields: readonly Field[] | undefined;
  let byNumber: ReadonlyMap<number, Field> | undefined;
  const read = (): readonly Field[] => {
    fields ??= Object.entries(spelled).map(([name, [number, kind, many]]) => ({
      name,
      number,
      kind: typeof kind === 'function' ? kind() : kind,
      isRepeated: many === 'many',
    }));
    return fields;
  };
  return {
    get fields() {
      return read();
    },
    get byNumber() {
      byNumber ??= new Map(read().map((field) => [field.number, field]));
      return byNumber;
    },
  };
};
