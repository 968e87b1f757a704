import type { JsonObject, JsonValue } from './json-value.js';

/** The largest `limit` that GES documents for one request (API page "Querying Job Status", 1.0.0). */
export const MAX_PAGE_SIZE = 100_000;

/**
 * What a graph is; it matters only where the paths of a call differ. `hyg` is the compute engine inside a graph of
 * the database edition (ges_03_0536).
 */
export const EDITIONS = ['memory', 'database', 'hyg'] as const;
export type Edition = (typeof EDITIONS)[number];

/** A planned range of a job's result: the records `[offset, offset + limit)`. */
export interface Window {
  readonly offset: number;
  readonly limit: number;
}

/** The records of one list of an answer, as they lie in its bytes; parsed when they are asked for. */
export interface RecordList {
  /** The wire key, such as `pagerank` or `vertices`. */
  readonly key: string;
  readonly count: number;
  /** The records in order, in batches small enough to keep memory flat. */
  batches(): Iterable<readonly JsonValue[]>;
  /** SHA-256 (hex) over the canonical JSON of the records `[from, to)`, for telling answers apart. */
  digest(from: number, to: number): string;
  /**
   * What tells the record at an index from others (`recordMark`); null where it was not kept. Missing where records are
   * not compared one by one.
   */
  readonly mark?: ((index: number) => string | null) | undefined;
  /** Names that the answer gives to the members of its records, in order (`columns` of Cypher, ges_03_0336). */
  readonly members?: readonly string[] | undefined;
  /** Whether each record is one path, cut out of the group of its pair, because the server counts paths. */
  readonly splitsGroups?: boolean | undefined;
  /** Whether one object stands in place of the list: each of its members is a record, an object of one key. */
  readonly isMap?: boolean | undefined;
}

/** One answer, cut into what is read at once and what is read record by record. */
export interface DecodedBody {
  /** The answer without its record lists. */
  readonly envelope: JsonObject;
  /** The arrays directly under `data.outputs`, `data` or the top level, in the order of the text. */
  readonly lists: readonly RecordList[];
  /** Length of the JSON text. */
  readonly bytes: number;
  /** Memory that the answer takes while it waits, in bytes. */
  readonly heldBytes: number;
  /** Gives the memory of the text back. The lists must not be used afterwards. */
  release(): void;
}

/** One answer to a request for a window: what it declares beside what it holds. */
export interface Answer<Body> {
  /** `data_offset`; null when not stated. */
  readonly offset: number | null;
  /** `data_return_size`; null when not stated. */
  readonly declared: number | null;
  /** `data_total_size`; null when not stated. */
  readonly total: number | null;
  /** Records held. */
  readonly count: number;
  /** Memory that the answer takes while it waits, in bytes. */
  readonly bytes: number;
  /** Tells the records `[from, to)` of the answer apart from other records. */
  digest(from: number, to: number): string;
  /** Missing where records are not compared one by one. */
  readonly marks?: AnswerMarks | undefined;
  readonly body: Body;
}

/** The marks of what stands at one offset: one for each list that has a record there. */
export type RecordMarks = ReadonlyMap<string, string>;

/** What tells the records of one answer from others, by their index in it. */
export interface AnswerMarks {
  /** Null where nothing was kept of the record. To be asked before the memory of the answer is given back. */
  at(index: number): RecordMarks | null;
  /**
   * The same for the records that are wanted, for as long as it is needed. It is found out only then what stands at an
   * offset: how several lists are counted together is learnt meanwhile.
   */
  keep(isWanted: (index: number) => boolean): (index: number) => RecordMarks | null;
}

/** The answers that fill one window, checked against it, in order. */
export interface Page<Body> {
  readonly window: Window;
  readonly answers: readonly Answer<Body>[];
  /** Where answers begin that were asked for because the one before held fewer records than it was asked for. */
  readonly seams: readonly number[];
}

const SCALAR_TYPES = ['boolean', 'int64', 'double', 'string'] as const;
export type ScalarType = (typeof SCALAR_TYPES)[number];

/**
 * What a column holds.
 * - `int64`: a `JsonNumber` without fraction or exponent, within the signed 64-bit range
 * - `double`: any other `JsonNumber` whose nearest double is finite; an integer only if a double holds it exactly
 * - `list<T>`: an array of `T` or null
 * - `json`: any JSON value; JSON text in CSV and Parquet, the value itself in NDJSON
 */
export const COLUMN_TYPES = [
  ...SCALAR_TYPES,
  'list<boolean>',
  'list<int64>',
  'list<double>',
  'list<string>',
  'json',
] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** A typed position in a table. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /**
   * The numbers by which an Iceberg table knows the column, and behind it the elements of its lists; Parquet keeps them
   * as `field_id`.
   */
  readonly fieldIds?: readonly number[] | undefined;
}

/** The column of what fits no other. */
export const OVERFLOW_NAME = '_overflow';

/** Where a cell comes from in a record. */
export const COLUMN_SOURCES = [
  /** The record's offset in the result (`path_id`, `circle_id`). */
  'record-offset',
  /** The index of the element within the record (`position`). */
  'position',
  /** The key of a one-key record, or the record itself where records are bare values. */
  'key',
  /** The value of a one-key record, or the list that a record is. */
  'value',
  /** The member named `member` of the record (or of the value, or of the element, as the shape says). */
  'member',
  /** The property named `member` of a vertex or an edge. */
  'property',
  /** The whole record as JSON. */
  'record',
  /** What fitted nowhere else, as a JSON object; null in most rows. */
  'overflow',
] as const;
export type ColumnSource = (typeof COLUMN_SOURCES)[number];

export interface PlannedColumn extends Column {
  readonly source: ColumnSource;
  /** The wire name for `member` and `property`. */
  readonly member?: string | undefined;
}

/** How one record becomes rows. */
export const RECORD_SHAPES = [
  /** `{id: value}`: one row a key; the value is a scalar or a list. */
  'keyed',
  /** `{id: {…}}`: one row a key; columns from the members. */
  'keyed-object',
  /** A bare id: one row. */
  'id',
  /** `[id, …]`: one row with a list. */
  'path',
  /** `[id, …]`: one row an element. */
  'path-long',
  /** `{source, target, paths: [[id, …], …]}`: one row a path. */
  'path-group',
  /** `[{source, target, index}, …]`: one row an edge. */
  'edge-circle',
  /** A vertex or an edge: `properties` become columns of their own. */
  'element',
  /** `{…}`: one row, its members. */
  'object',
  /** Anything: one row, one JSON column. */
  'json',
] as const;
export type RecordShape = (typeof RECORD_SHAPES)[number];

export const TABLE_FEEDS = ['elements', 'whole-list', 'scalars'] as const;
type TableFeed = (typeof TABLE_FEEDS)[number];

/** A table of an export: which records feed it, and how. Plain data, kept in the checkpoint. */
export interface TablePlan {
  /** The name that users see: the wire key of the rows. */
  readonly name: string;
  /** The folder of its part files: `name`, made safe for every file system. */
  readonly folder: string;
  /** What one record is: an element of `list`, the whole of `list`, or the scalars of the answer. */
  readonly feed: TableFeed;
  /** The wire key of the record list; empty for `scalars`. */
  readonly list: string;
  readonly shape: RecordShape;
  readonly columns: readonly PlannedColumn[];
  /** Names of columns whose values stand in the paths of the part files instead of in them; not empty. */
  readonly partitionBy?: readonly string[] | undefined;
}

/** The cells of one row, in column order; a cell's JavaScript type follows its column's `ColumnType`. */
export type Row = readonly JsonValue[];

export const FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** `columnar`: bytes to bytes. `reference`: by way of objects, for what the other does not take. */
export const ENGINES = ['columnar', 'reference'] as const;
export type EngineName = (typeof ENGINES)[number];

/** What makes tables of Parquet files: their history and their columns are kept beside them. */
export const TABLE_FORMATS = ['delta', 'iceberg'] as const;
export type TableFormatName = (typeof TABLE_FORMATS)[number];

export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** Graph databases whose bulk loaders read the meaning of a column from its name. */
export const GRAPH_HEADERS = ['neptune', 'neo4j', 'nebula'] as const;
export type GraphHeaders = (typeof GRAPH_HEADERS)[number];

/** CSV details that a warehouse may ask for. */
export interface CsvOptions {
  /** One character. */
  readonly delimiter: string;
  /** What a null cell looks like, unquoted. */
  readonly nullText: string;
  readonly crlf: boolean;
  readonly bom: boolean;
  /** Prefix cells that a spreadsheet would run as a formula with `'`. */
  readonly escapeFormulas: boolean;
}

/**
 * What a sink needs, besides the bytes on disk, to go on in a part file that another process began.
 * Plain JSON; null where the bytes alone are enough (CSV, NDJSON).
 */
export type SinkState = Record<string, unknown> | null;

export interface SinkOptions {
  readonly columns: readonly Column[];
  readonly compression: Compression;
  readonly csv: CsvOptions;
  /** NDJSON only: a line is the JSON of the row's one cell, not an object of columns. */
  readonly raw?: boolean | undefined;
  /** Takes encoded bytes, one piece behind the other; settles when more may come and the pieces may be used again. */
  readonly write: (pieces: readonly Uint8Array[]) => Promise<void>;
  /** Present when the part file holds committed windows already; the header is not written again. */
  readonly resume?: { readonly bytes: number; readonly rows: number; readonly state: SinkState } | undefined;
}

/** What a Parquet footer says of a column chunk, but for its place in the file. */
export interface ChunkFacts {
  /** Values, nulls and empty lists. */
  readonly entries: number;
  /** Absent for lists. */
  readonly nulls: number | null;
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
  /** Bytes of the dictionary page at the beginning, compressed and with its header; 0 without one. */
  readonly dictionaryBytes: number;
  readonly bounds: { readonly min: Buffer; readonly max: Buffer } | null;
}

/** A row group in the order of the file: row groups follow each other without gaps, and so do their columns. */
export interface RowGroupFacts {
  readonly rows: number;
  readonly chunks: readonly ChunkFacts[];
}

/** Rows of one window for one part file, as a format writes them. */
export interface EncodedBlock {
  readonly rows: number;
  /** Lines of text, not compressed; or the column chunks of a row group. */
  readonly pieces: readonly Uint8Array[];
  /** Parquet only; null without rows. */
  readonly rowGroup: RowGroupFacts | null;
}

/** The rows of one window: all of them in one block, or, of a table with `partitionBy`, dealt out. */
export interface EncodedRows extends EncodedBlock {
  /** Rows in which `_overflow` holds something. */
  readonly overflowRows: number;
  /** A block for each partition, in the order of their first rows; the rows were counted before they were dealt out. */
  readonly partitions?: readonly DealtBlock[] | undefined;
}

/** The rows of one partition. */
export interface DealtBlock extends EncodedBlock {
  /** The values of `partitionBy`. */
  readonly partition: readonly (string | null)[];
}

/**
 * Encodes the rows of one part file.
 *
 * Order of calls: any number of windows, each `write()`* then `endWindow()`; then `finish()` once. One call at
 * a time. A sink that is dropped needs no closing: it holds no file.
 */
export interface Sink {
  /** Encodes rows. Settles when the part file has taken what was handed to it. */
  write(rows: readonly Row[]): Promise<void>;
  /** Takes all rows of a window that are encoded already, in place of `write`. */
  writeEncoded(encoded: EncodedBlock): Promise<void>;
  /** Hands everything that belongs to the window to the part file; the state is what a resume needs. */
  endWindow(): Promise<SinkState>;
  /** Hands out what closes the part (a footer). Without any rows the part is still valid and empty. */
  finish(): Promise<void>;
}

export interface SinkFormat {
  readonly format: Format;
  readonly compressions: readonly Compression[];
  readonly defaultCompression: Compression;
  /** `.csv`, `.csv.gz`, `.ndjson`, `.parquet`, … */
  extension(compression: Compression): string;
  open(options: SinkOptions): Promise<Sink>;
}

/**
 * A finished output file. Offsets are record offsets in the job's result, end exclusive: all rows of these records, or
 * those that belong to its partition.
 */
export interface PartFile {
  /** Relative to the output folder, `/` between names. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly firstOffset: number;
  readonly endOffset: number;
  /** Of a table with `partitionBy`: the value of each of those columns, as text, in all rows of the file. */
  readonly partition?: readonly (string | null)[] | undefined;
}

/** A finished file as its reader sees it, wherever it lies. */
export interface StoredFile {
  /** Relative to its place, `/` between names. */
  readonly path: string;
  /** False for a link or a folder, whose bytes are nobody's to read. */
  readonly isFile: boolean;
  /** The absolute path on this machine; null at an object store. */
  readonly localPath: string | null;
  readonly bytes: number;
  /** What is another when the file has changed; absent where nothing tells. */
  readonly stamp?: string;
  /** The bytes `[start, end)`, all of them when left out, in chunks of any size. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>;
  /** All bytes, in chunks that are good only until the next one is asked for. */
  scan(): AsyncIterable<Uint8Array>;
}

/** A table of a finished export. */
export interface ExportedTable {
  readonly name: string;
  readonly rows: number;
  /** Rows in which `_overflow` holds something. */
  readonly overflowRows: number;
  readonly columns: readonly Column[];
  /** Columns whose values stand in the paths of the files instead of in them. */
  readonly partitionBy?: readonly string[] | undefined;
  readonly files: readonly PartFile[];
}

/** A condition that the user should see and that changed nothing in the rows. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}
