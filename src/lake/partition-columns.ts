import type { Column, ColumnType } from '../model.js';
import type { PartitionValue } from '../partition.js';
import type { BoundValue } from './file-facts.js';
import { conflict } from './table-columns.js';
import type { TableShape } from './table-model.js';

/**
 * The columns as a table has them. Those that it is partitioned by allow null: no file holds them, and readers fill a
 * column that no file holds only where it may be null (PyIceberg 0.12); Delta Lake reads empty text as null there.
 */
export function tableColumns({ columns, partitionBy }: TableShape): readonly Column[] {
  return columns.map((column) =>
    partitionBy.includes(column.name) ? { ...column, nullable: true } : column,
  );
}

/**
 * @param name of the table, for the message
 * @param theirs what the table is partitioned by, in order
 * @throws TableError `TABLE_CONFLICT` where the export is partitioned by anything else
 */
export function checkSamePartitions(name: string, theirs: readonly string[], ours: readonly string[]): void {
  if (JSON.stringify(theirs) === JSON.stringify(ours)) return;
  const quoted = (names: readonly string[]) => names.map((one) => `"${one}"`).join(', ');
  const [here, there] = [quoted(ours), quoted(theirs)];
  throw conflict(
    name,
    `${here === '' ? 'no partitions' : `partitions by ${here}`}, and the table ${there === '' ? 'has none' : `is partitioned by ${there}`}`,
  );
}

/** A value of a partition as the bounds of a column have it; null for null. */
export function partitionBound(type: ColumnType, value: PartitionValue): BoundValue | null {
  if (value === null) return null;
  if (type === 'int64') return BigInt(value);
  return type === 'boolean' ? value === 'true' : value;
}
