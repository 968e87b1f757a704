/** Types of Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md). */
const TYPES = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

/** A list header tells the length of shorter lists itself. */
const LONG_LIST = 15;

/** i32 for a number, i64 for a bigint, neither negative; binary; a list of values of one kind; a struct. */
type ThriftValue =
  | number
  | bigint
  | string
  | Uint8Array
  | { readonly list: readonly ThriftValue[] }
  | ThriftStruct;

/** A struct by field number, ascending in steps of at most 15; fields without a value are left out. */
export type ThriftStruct = readonly (readonly [field: number, value: ThriftValue | undefined])[];

/** A struct in Thrift's compact protocol: enough for the headers and the footer of Parquet. */
export function encodeThrift(struct: ThriftStruct): Buffer {
  const bytes: number[] = [];
  writeStruct(bytes, struct);
  return Buffer.from(bytes);
}

function writeStruct(bytes: number[], struct: ThriftStruct): void {
  let previous = 0;
  for (const [field, value] of struct) {
    if (value === undefined) continue;
    bytes.push(((field - previous) << 4) | TYPES[kindOf(value)]);
    previous = field;
    writeValue(bytes, value);
  }
  bytes.push(0);
}

function kindOf(value: ThriftValue): keyof typeof TYPES {
  if (typeof value === 'number') return 'i32';
  if (typeof value === 'bigint') return 'i64';
  if (typeof value === 'string' || value instanceof Uint8Array) return 'binary';
  return 'list' in value ? 'list' : 'struct';
}

function writeValue(bytes: number[], value: ThriftValue): void {
  if (typeof value === 'number' || typeof value === 'bigint') writeVarint(bytes, Number(value) * 2);
  else if (typeof value === 'string') writeBinary(bytes, Buffer.from(value));
  else if (value instanceof Uint8Array) writeBinary(bytes, value);
  else if ('list' in value) writeList(bytes, value.list);
  else writeStruct(bytes, value);
}

function writeBinary(bytes: number[], value: Uint8Array): void {
  writeVarint(bytes, value.length);
  for (const byte of value) bytes.push(byte);
}

/** A list without elements, of which nothing tells their kind, is one of structs. */
function writeList(bytes: number[], list: readonly ThriftValue[]): void {
  const [first] = list;
  const type = TYPES[first === undefined ? 'struct' : kindOf(first)];
  if (list.length < LONG_LIST) bytes.push((list.length << 4) | type);
  else {
    bytes.push((LONG_LIST << 4) | type);
    writeVarint(bytes, list.length);
  }
  for (const value of list) writeValue(bytes, value);
}

/** Numbers here are never negative, so their zigzag form is twice the number. */
function writeVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}
