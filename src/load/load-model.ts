import type { Column, CsvOptions, Format, PartFile } from '../model.js';

/**
 * - `replace`: the table holds this export and nothing else
 * - `append`: the rows of this export stand beside those of others, once
 * - `upsert`: rows with the same key are replaced, others added
 */
export const LOAD_MODES = ['replace', 'append', 'upsert'] as const;
export type LoadMode = (typeof LOAD_MODES)[number];

type LoadScalar = null | boolean | bigint | number | string;

/**
 * A cell on its way into a database, by the type of its column: boolean, bigint (`int64`), number (`double`),
 * string (`string`; `json` as compact JSON text), an array of those for a list; null in any of them.
 */
export type LoadCell = LoadScalar | readonly LoadScalar[];
export type LoadRow = readonly LoadCell[];

/** One part file of a finished export, opened to be read once. Its bytes are checked while they are read. */
export interface LoadPart {
  readonly file: PartFile;
  /**
   * The rows in order, in batches.
   *
   * @throws VerifyError `VERIFY_FAILED` after the last batch where the bytes are not those of the manifest
   */
  rows(): AsyncIterable<readonly LoadRow[]>;
  /**
   * The text of the file, unpacked; null for Parquet, and where columns stand in the path. Settings are those of
   * `LoadSource`.
   *
   * @throws VerifyError as `rows()`, at the end of the stream
   */
  text(): NodeJS.ReadableStream | null;
  /**
   * The cells of Parquet by columns; null for the other formats, and where columns stand in the path.
   *
   * @param toText makes a cell of the bytes of text and of JSON
   * @throws VerifyError `VERIFY_FAILED`
   */
  columns(toText: (bytes: Uint8Array) => unknown): AsyncIterable<ColumnGroup> | null;
  /**
   * A line of the text of NDJSON as a row.
   *
   * @param number from 1
   * @throws VerifyError `VERIFY_FAILED`
   */
  lineRow(line: string, number: number): LoadRow;
  /**
   * Where the file is on this machine, for engines that read it themselves: once its bytes have been compared with the
   * manifest and, of Parquet, its pages are put together as exports do it. Null at an object store.
   *
   * @throws VerifyError `VERIFY_FAILED`
   */
  checkedPath(): Promise<string | null>;
}

/** The cells of some rows. */
export interface ColumnGroup {
  readonly rows: number;
  /** For each column so many cells: as in a `LoadCell` but for text; missing ones may be undefined. */
  readonly cells: readonly ArrayLike<unknown>[];
}

/** How the part files of an export were written. */
export interface LoadSource {
  readonly format: Format;
  readonly csv: CsvOptions;
  /** NDJSON whose lines are the one cell of each row. */
  readonly raw: boolean;
}

/** One table of a finished export. */
export interface LoadTable {
  /** The name that the table gets in the database. */
  readonly name: string;
  /** Tells these very rows apart from all others: SHA-256 (hex) over the job, the columns and the files. */
  readonly loadId: string;
  readonly jobId: string;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** Columns that the files lack, because their values stand in the paths; often none. */
  readonly partitionBy: readonly string[];
  /** Columns that are null in every row, if the manifest is right. */
  readonly emptyColumns: readonly string[];
  readonly source: LoadSource;
  readonly parts: readonly LoadPart[];
}

export type LoadEvent =
  | { readonly type: 'load-started'; readonly table: string; readonly rows: number; readonly files: number }
  | { readonly type: 'load-file'; readonly table: string; readonly path: string; readonly rows: number }
  | {
      readonly type: 'load-finished';
      readonly table: string;
      readonly rows: number;
      readonly outcome: LoadOutcome;
    };

/** `already-loaded`: the table holds these rows from an earlier load, and nothing was written. */
export type LoadOutcome = 'loaded' | 'already-loaded';

export interface LoadSetting {
  readonly mode: LoadMode;
  /** A schema, or the database of ClickHouse; null for the one that the connection has. */
  readonly schema: string | null;
  /** Columns that tell rows apart, for `upsert`; else empty. */
  readonly key: readonly string[];
  readonly signal: AbortSignal;
  readonly onEvent: (event: LoadEvent) => void;
}

/** Where a server of ClickHouse is. */
export interface ClickhouseConnection {
  /** `http://host:8123` or `https://…`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A connection to one database, opened before anything is read. */
export interface Loader {
  /**
   * Loads all tables, or none of them as far as the engine can; what an engine cannot is in docs/warehouses.md.
   *
   * @throws GesExportError `LOAD_*`, `VERIFY_FAILED`
   */
  load(tables: readonly LoadTable[], setting: LoadSetting): Promise<readonly LoadOutcome[]>;
  /** Texts that no message may repeat. */
  secrets(): Iterable<string>;
  close(): Promise<void>;
}
