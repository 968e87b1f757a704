import { listElementType } from '../../cell.js';
import type { Column, Compression, ScalarType } from '../../model.js';

type PhysicalType = 'BOOLEAN' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY';

/** What a column chunk holds. */
type LeafType = ScalarType | 'json';

/** The names of compression codecs in the Parquet format. */
export const PARQUET_CODECS = {
  none: 'UNCOMPRESSED',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  zstd: 'ZSTD',
} as const satisfies Record<Compression, string>;

/** A column as Parquet stores it: one leaf of the schema. */
export interface Leaf {
  readonly name: string;
  readonly isNullable: boolean;
  readonly isList: boolean;
  readonly type: LeafType;
  readonly physicalType: PhysicalType;
  /**
   * The definition level of a value. A list counts up from 0 as far as it is nullable: null, empty, null element,
   * value.
   */
  readonly maxDefinitionLevel: number;
  /** The schema path: the name alone, or the three levels of a list. */
  readonly path: readonly string[];
  /** As in `Column`. */
  readonly fieldIds: readonly number[];
}

const PHYSICAL_TYPES = {
  boolean: 'BOOLEAN',
  int64: 'INT64',
  double: 'DOUBLE',
  string: 'BYTE_ARRAY',
  json: 'BYTE_ARRAY',
} as const satisfies Record<LeafType, PhysicalType>;

/** Lists get the three levels of the format's LogicalTypes page: optional group, repeated `list`, optional `element`. */
export function toLeaf(column: Column): Leaf {
  const { name, nullable } = column;
  const element = listElementType(column.type);
  const isList = element !== null;
  // What is no list is a scalar or JSON.
  const type = element ?? (column.type as LeafType);
  return {
    name,
    isNullable: nullable,
    isList,
    type,
    physicalType: PHYSICAL_TYPES[type],
    maxDefinitionLevel: (nullable ? 1 : 0) + (isList ? 2 : 0),
    path: isList ? [name, 'list', 'element'] : [name],
    fieldIds: column.fieldIds ?? [],
  };
}
