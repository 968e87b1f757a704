import { listElementType } from '../../cell.js';
import type { Column, ColumnType } from '../../model.js';
import { conflict, type TableColumn } from '../table-columns.js';

/** A field of a schema as the log holds it; members that are not named here are kept as they are. */
export interface DeltaField {
  readonly name: string;
  readonly type: unknown;
  readonly nullable: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Delta protocol, "Primitive Types". */
const PRIMITIVES: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  int64: 'long',
  double: 'double',
  string: 'string',
  json: 'string',
};

export function toDeltaField({ name, type, nullable }: Column): DeltaField {
  return { name, type: toDeltaType(type), nullable, metadata: {} };
}

function toDeltaType(type: ColumnType): unknown {
  const element = listElementType(type);
  return element === null
    ? PRIMITIVES[type]
    : { type: 'array', elementType: PRIMITIVES[element], containsNull: true };
}

/** The type as one text: `long`, `array<long>`; JSON for what this program writes none of. */
export function toTableColumn({ name, type, nullable }: DeltaField): TableColumn {
  return { name, type: typeText(type), nullable };
}

function typeText(type: unknown): string {
  if (typeof type === 'string') return type;
  const array = type as { type?: unknown; elementType?: unknown; containsNull?: unknown };
  const isList =
    array.type === 'array' && typeof array.elementType === 'string' && array.containsNull === true;
  return isList ? `array<${array.elementType}>` : JSON.stringify(type);
}

/**
 * Spark makes no table of Parquet files with such names, and reads none.
 *
 * @throws TableError `TABLE_CONFLICT`
 */
export function checkDeltaNames(columns: readonly Column[], table: string): void {
  const wrong = columns.find(({ name }) => name === '' || /[ ,;{}()\n\t=]/.test(name));
  if (wrong !== undefined) {
    throw conflict(
      table,
      `column ${JSON.stringify(wrong.name)}, and names in Delta hold no space, tab, line end or one of ,;{}()=`,
    );
  }
}
