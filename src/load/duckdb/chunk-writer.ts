import type { DuckDBAppender, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { listElementType } from '../../cell.js';
import type { Column, ColumnType, ScalarType } from '../../model.js';
import type { LoadCell, LoadRow } from '../load-model.js';

type Api = typeof import('@duckdb/node-api');

/** Rows that one data chunk holds (`STANDARD_VECTOR_SIZE` of DuckDB). */
const CHUNK_ROWS = 2048;

/** Appends rows in data chunks, column by column. */
export class ChunkWriter {
  readonly #api: Api;
  readonly #appender: DuckDBAppender;
  readonly #types: readonly DuckDBType[];

  constructor(api: Api, appender: DuckDBAppender, columns: readonly Column[]) {
    this.#api = api;
    this.#appender = appender;
    this.#types = columns.map((column) => duckType(api, column.type));
  }

  append(rows: readonly LoadRow[]): void {
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const some = rows.slice(from, from + CHUNK_ROWS);
      const chunk = this.#api.DuckDBDataChunk.create(this.#types, some.length);
      for (let i = 0; i < this.#types.length; i++)
        chunk.setColumnValues(
          i,
          some.map((row) => this.#value(row[i] as LoadCell)),
        );
      this.#appender.appendDataChunk(chunk);
    }
  }

  #value(cell: LoadCell): DuckDBValue {
    return typeof cell === 'object' && cell !== null
      ? this.#api.listValue(cell as DuckDBValue[])
      : (cell as DuckDBValue);
  }
}

function duckType(api: Api, type: ColumnType): DuckDBType {
  const scalars = {
    boolean: api.BOOLEAN,
    int64: api.BIGINT,
    double: api.DOUBLE,
    string: api.VARCHAR,
  } as const satisfies Record<ScalarType, DuckDBType>;
  const element = listElementType(type);
  if (element !== null) return api.LIST(scalars[element]);
  return type === 'json' ? api.VARCHAR : scalars[type as ScalarType];
}
