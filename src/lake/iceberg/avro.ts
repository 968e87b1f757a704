import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { AvroReader, AvroWriter } from './avro-bytes.js';

/** A schema of Avro 1.11 as JSON; attributes that are not of Avro (`field-id`) are kept. */
export type AvroSchema = string | readonly AvroSchema[] | AvroComplex;

export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly 'field-id'?: number;
  readonly default?: unknown;
  /** The name in Iceberg where Avro has no such names. */
  readonly 'iceberg-field-name'?: string;
}

interface AvroComplex {
  readonly type: AvroSchema;
  readonly name?: string;
  readonly fields?: readonly AvroField[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
  readonly symbols?: readonly string[];
  readonly size?: number;
  readonly 'element-id'?: number;
  readonly logicalType?: string;
}

/** `long` is a bigint, `int` and `double` are numbers, `bytes` and `fixed` buffers, records objects, maps `Map`s. */
export type AvroValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | readonly AvroValue[]
  | ReadonlyMap<string, AvroValue>
  | AvroRecord;
export interface AvroRecord {
  readonly [name: string]: AvroValue;
}

/** What a file of objects holds (Avro 1.11, "Object Container Files"). */
export interface AvroFile {
  readonly schema: AvroSchema;
  readonly metadata: ReadonlyMap<string, string>;
  readonly records: readonly AvroValue[];
}

const MAGIC = Buffer.from('Obj\u0001', 'latin1');
const SYNC_BYTES = 16;
/** Items may take no byte at all: a count alone must not fill the memory. */
const MAX_ITEMS = 16_777_216n;
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;
const METADATA_SCHEMA: AvroSchema = { type: 'map', values: 'bytes' };

/** One block, not compressed. The same content gives the same bytes. */
export function encodeAvro({ schema, metadata, records }: AvroFile): Buffer {
  const block = new AvroWriter();
  const names = namesIn(schema);
  for (const record of records) encode(block, schema, record, names);
  const body = block.toBuffer();
  const all = new Map<string, AvroValue>([
    ['avro.schema', Buffer.from(JSON.stringify(schema))],
    ['avro.codec', Buffer.from('null')],
  ]);
  for (const [key, value] of metadata) all.set(key, Buffer.from(value));
  const head = new AvroWriter();
  encode(head, METADATA_SCHEMA, all, new Map());
  const header = Buffer.concat([MAGIC, head.toBuffer()]);
  const sync = createHash('sha256').update(header).update(body).digest().subarray(0, SYNC_BYTES);
  if (records.length === 0) return Buffer.concat([header, sync]);
  const counts = new AvroWriter();
  counts.long(BigInt(records.length));
  counts.long(BigInt(body.length));
  return Buffer.concat([header, sync, counts.toBuffer(), body, sync]);
}

/** @throws Error when the bytes are no such file, or packed in a way that Node does not know */
export function decodeAvro(bytes: Buffer): AvroFile {
  const reader = new AvroReader(bytes);
  if (!reader.bytes(MAGIC.length).equals(MAGIC)) throw new Error('it does not begin like an Avro file');
  const raw = decode(reader, METADATA_SCHEMA, new Map()) as ReadonlyMap<string, Buffer>;
  const metadata = new Map([...raw].map(([key, value]) => [key, value.toString('utf8')]));
  const schema = JSON.parse(metadata.get('avro.schema') ?? 'null') as AvroSchema | null;
  if (schema === null) throw new Error('it has no schema');
  const codec = metadata.get('avro.codec') ?? 'null';
  if (codec !== 'null' && codec !== 'deflate') throw new Error(`it is packed with ${codec}`);
  const names = namesIn(schema);
  const sync = reader.bytes(SYNC_BYTES);
  const records: AvroValue[] = [];
  while (!reader.isAtEnd) {
    const count = checkCount(reader.long());
    const packed = reader.bytes(Number(reader.long()));
    const block = new AvroReader(
      codec === 'deflate' ? inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES }) : packed,
    );
    for (let i = 0n; i < count; i++) records.push(decode(block, schema, names));
    if (!block.isAtEnd) throw new Error('a block is longer than its records');
    if (!reader.bytes(SYNC_BYTES).equals(sync)) throw new Error('a block does not end with the sync marker');
  }
  for (const key of ['avro.schema', 'avro.codec']) metadata.delete(key);
  return { schema, metadata, records };
}

type Names = ReadonlyMap<string, AvroComplex>;

/** Types that a schema names once and refers to afterwards. Namespaces are not used by Iceberg. */
function namesIn(schema: AvroSchema, found = new Map<string, AvroComplex>()): Names {
  if (typeof schema === 'string') return found;
  if (isUnion(schema)) for (const branch of schema) namesIn(branch, found);
  else {
    if (schema.name !== undefined) found.set(schema.name, schema);
    for (const field of schema.fields ?? []) namesIn(field.type, found);
    for (const inner of [schema.items, schema.values]) if (inner !== undefined) namesIn(inner, found);
    if (typeof schema.type !== 'string') namesIn(schema.type, found);
  }
  return found;
}

function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}

/** @returns the name of a type, and its details */
function resolve(schema: AvroSchema, names: Names): { type: string; details: AvroComplex } {
  if (isUnion(schema)) return { type: 'union', details: { type: 'union' } };
  if (typeof schema === 'string') {
    const named = names.get(schema);
    return named === undefined ? { type: schema, details: { type: schema } } : resolve(named, names);
  }
  if (typeof schema.type !== 'string') return resolve(schema.type, names);
  return { type: schema.type, details: schema };
}

function encode(out: AvroWriter, schema: AvroSchema, value: AvroValue, names: Names): void {
  const { type, details } = resolve(schema, names);
  switch (type) {
    case 'null':
      return;
    case 'boolean':
      out.byte(value === true ? 1 : 0);
      return;
    case 'int':
    case 'long':
      out.long(BigInt(value as number | bigint));
      return;
    case 'bytes':
      out.long(BigInt((value as Buffer).length));
      out.raw(value as Buffer);
      return;
    case 'string': {
      const text = Buffer.from(value as string);
      out.long(BigInt(text.length));
      out.raw(text);
      return;
    }
    case 'record': {
      const record = value as AvroRecord;
      for (const { name, type: inner } of details.fields as readonly AvroField[])
        encode(out, inner, record[name] as AvroValue, names);
      return;
    }
    case 'array': {
      const items = value as readonly AvroValue[];
      if (items.length > 0) out.long(BigInt(items.length));
      for (const item of items) encode(out, details.items as AvroSchema, item, names);
      out.long(0n);
      return;
    }
    case 'map': {
      const entries = [...(value as ReadonlyMap<string, AvroValue>)];
      if (entries.length > 0) out.long(BigInt(entries.length));
      for (const [key, item] of entries) {
        encode(out, 'string', key, names);
        encode(out, details.values as AvroSchema, item, names);
      }
      out.long(0n);
      return;
    }
    case 'union': {
      // Iceberg has unions only of null and one type more.
      const branches = schema as readonly AvroSchema[];
      const branch = branches.findIndex((one) => (one === 'null') === (value === null));
      out.long(BigInt(branch));
      encode(out, branches[branch] as AvroSchema, value, names);
      return;
    }
    default:
      throw new Error(`Avro type ${type} is not written here`);
  }
}

function decode(from: AvroReader, schema: AvroSchema, names: Names): AvroValue {
  const { type, details } = resolve(schema, names);
  switch (type) {
    case 'null':
      return null;
    case 'boolean':
      return from.bytes(1)[0] === 1;
    case 'int':
      return Number(from.long());
    case 'long':
      return from.long();
    case 'float':
      return from.bytes(4).readFloatLE();
    case 'double':
      return from.bytes(8).readDoubleLE();
    case 'bytes':
      return from.bytes(Number(from.long()));
    case 'fixed':
      return from.bytes(details.size ?? 0);
    case 'string':
      return from.bytes(Number(from.long())).toString('utf8');
    case 'enum':
      return details.symbols?.[Number(from.long())] ?? null;
    case 'record': {
      const fields = (details.fields ?? []).map(
        ({ name, type: inner }) => [name, decode(from, inner, names)] as const,
      );
      return Object.fromEntries(fields);
    }
    case 'array':
      return [...blockItems(from, () => decode(from, details.items as AvroSchema, names))];
    case 'map':
      return new Map(
        blockItems(from, () => {
          const key = decode(from, 'string', names) as string;
          return [key, decode(from, details.values as AvroSchema, names)] as const;
        }),
      );
    case 'union': {
      const branch = (schema as readonly AvroSchema[])[Number(from.long())];
      if (branch === undefined) throw new Error('a union has no such branch');
      return decode(from, branch, names);
    }
    default:
      throw new Error(`it has values of the unknown type ${type}`);
  }
}

/** A block whose count is negative has its length in bytes behind it. */
function* blockItems<T>(from: AvroReader, read: () => T): Generator<T> {
  for (;;) {
    const count = from.long();
    if (count === 0n) return;
    if (count < 0n) from.long();
    for (let left = checkCount(count < 0n ? -count : count); left > 0n; left--) yield read();
  }
}

function checkCount(count: bigint): bigint {
  if (count >= 0n && count <= MAX_ITEMS) return count;
  throw new Error(`it counts ${count} items in one block`);
}
