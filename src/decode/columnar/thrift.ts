/** Field types of Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md). */
const I32 = 5;
const STRUCT = 12;

/** A struct of numbers and structs, by field number. */
export type ThriftStruct = readonly (readonly [field: number, value: number | ThriftStruct])[];

/** A struct in Thrift's compact protocol: enough for the page headers of Parquet. */
export function encodeThrift(struct: ThriftStruct): Buffer {
  const bytes: number[] = [];
  writeStruct(bytes, struct);
  return Buffer.from(bytes);
}

function writeStruct(bytes: number[], struct: ThriftStruct): void {
  let previous = 0;
  for (const [field, value] of struct) {
    const type = typeof value === 'number' ? I32 : STRUCT;
    bytes.push(((field - previous) << 4) | type);
    previous = field;
    if (typeof value === 'number') writeVarint(bytes, value * 2);
    else writeStruct(bytes, value);
  }
  bytes.push(0);
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
