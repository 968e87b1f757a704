import type { JsonValue } from './json-value.js';
import type { Column, Row } from './model.js';
import { type PartitionValue, partitionValue } from './partition.js';

/** Tells partitions apart. */
export function partitionKey(partition: readonly PartitionValue[]): string {
  return JSON.stringify(partition);
}

/** Deals the rows of a table out to its partitions, without the cells that the paths hold. */
export class RowDealer {
  readonly partitionBy: readonly string[];
  readonly #keyCells: readonly number[];
  readonly #storedCells: readonly number[];

  constructor(columns: readonly Column[], partitionBy: readonly string[]) {
    const names = columns.map(({ name }) => name);
    this.partitionBy = partitionBy;
    this.#keyCells = partitionBy.map((name) => names.indexOf(name));
    this.#storedCells = [...names.keys()].filter((index) => !this.#keyCells.includes(index));
  }

  /** The rows of one partition. */
  rowsOf(rows: readonly Row[], partition: readonly PartitionValue[]): readonly Row[] {
    const key = partitionKey(partition);
    for (const dealt of this.deal(rows)) if (partitionKey(dealt.partition) === key) return dealt.rows;
    return [];
  }

  /** The rows of each partition in their order; partitions in the order of their first row. */
  deal(
    rows: readonly Row[],
  ): Iterable<{ readonly partition: readonly PartitionValue[]; readonly rows: readonly Row[] }> {
    const dealt = new Map<string, { partition: readonly PartitionValue[]; rows: Row[] }>();
    for (const row of rows) {
      const partition = this.#keyCells.map((index) => partitionValue(row[index] as JsonValue));
      const key = partitionKey(partition);
      const stored = this.#storedCells.map((index) => row[index] as JsonValue);
      const known = dealt.get(key);
      if (known === undefined) dealt.set(key, { partition, rows: [stored] });
      else known.rows.push(stored);
    }
    return dealt.values();
  }
}
