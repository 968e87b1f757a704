import { listElementType } from '../../cell.js';
import type { ScalarType } from '../../model.js';
import type { ColumnGroup, LoadPart, LoadTable } from '../load-model.js';
import { damagedPart } from '../parts/damaged-part.js';
import { BinaryOutput } from './binary-output.js';
import type { ClickhouseColumn } from './column-types.js';
import { TextStore } from './text-store.js';

interface Target extends ClickhouseColumn {
  /** Of the elements, where the column is a list. */
  readonly scalar: ScalarType;
  readonly isList: boolean;
  readonly isNullable: boolean;
}

/**
 * The rows of a Parquet part in the format RowBinary, a row group at a time. Text is kept as bytes, once for each entry
 * of a dictionary.
 */
export class ParquetToBinary {
  readonly #table: LoadTable;
  readonly #part: LoadPart;
  readonly #toKeyError: () => Error;
  readonly #targets: readonly Target[];
  readonly #texts = new TextStore();
  readonly #output = new BinaryOutput();

  /**
   * @param targets the columns of ClickHouse
   * @param toKeyError makes the error to throw for null in a column that may be null, but not in ClickHouse
   */
  constructor(
    table: LoadTable,
    part: LoadPart,
    targets: readonly ClickhouseColumn[],
    toKeyError: () => Error,
  ) {
    this.#table = table;
    this.#part = part;
    this.#toKeyError = toKeyError;
    this.#targets = targets.map((target) => {
      const type = target.from === null ? 'string' : (table.columns[target.from]?.type ?? 'string');
      const element = listElementType(type);
      return {
        ...target,
        scalar: element ?? (type === 'json' ? 'string' : (type as ScalarType)),
        isList: element !== null,
        isNullable: target.type.startsWith('Nullable('),
      };
    });
  }

  /** The columns of the part, or null where it has none: to be given to `encode`. */
  open(): AsyncIterable<ColumnGroup> | null {
    return this.#part.columns((bytes) => this.#texts.add(bytes));
  }

  /** @throws VerifyError `VERIFY_FAILED` where values are not those of the columns */
  async *encode(groups: AsyncIterable<ColumnGroup>): AsyncIterable<Buffer> {
    for await (const { rows, cells } of groups) {
      const columns = this.#targets.map(({ from }) => (from === null ? [] : (cells[from] ?? [])));
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < columns.length; i++)
          this.#cell(columns[i]?.[row] ?? null, this.#targets[i] as Target);
        if (this.#output.isFull) yield this.#output.take();
      }
      // Places in it have been used up with the row group.
      this.#texts.clear();
    }
    if (!this.#output.isEmpty) yield this.#output.take();
  }

  #cell(cell: unknown, target: Target): void {
    if (target.from === null) {
      this.#output.text(this.#table.loadId);
    } else if (target.isNullMark) {
      this.#output.byte(cell === null ? 1 : 0);
    } else if (target.isList) {
      this.#list(cell, target);
    } else if (target.isNullable) {
      this.#nullable(cell, target);
    } else if (cell !== null) {
      this.#scalar(cell, target);
    } else {
      throw this.#table.columns[target.from]?.nullable === true ? this.#toKeyError() : this.#misfit(target);
    }
  }

  #list(cell: unknown, target: Target): void {
    const list = cell ?? [];
    if (!Array.isArray(list)) throw this.#misfit(target);
    this.#output.size(list.length);
    for (const item of list) this.#nullable(item ?? null, target);
  }

  #nullable(cell: unknown, target: Target): void {
    this.#output.byte(cell === null ? 1 : 0);
    if (cell !== null) this.#scalar(cell, target);
  }

  #scalar(cell: unknown, target: Target): void {
    const { scalar } = target;
    if (scalar === 'string' && typeof cell === 'number') this.#texts.write(cell, this.#output);
    else if (scalar === 'double' && typeof cell === 'number') this.#output.double(cell);
    else if (scalar === 'int64' && typeof cell === 'bigint') this.#output.int64(cell);
    else if (scalar === 'boolean' && typeof cell === 'boolean') this.#output.byte(cell ? 1 : 0);
    else throw this.#misfit(target);
  }

  #misfit({ name, scalar }: Target): Error {
    return damagedPart(this.#part.file, `has something else than ${scalar} in column "${name}"`);
  }
}
