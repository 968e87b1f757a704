import { listElementType } from '../../cell.js';
import type {
  ColumnType,
  Compression,
  CsvOptions,
  Format,
  PlannedColumn,
  RecordShape,
  TablePlan,
} from '../../model.js';
import { MAX_PARTITIONS, storedColumns } from '../../partition.js';
import { Core } from './core.js';

/** How the columnar engine is to write a table. */
export interface EncodingOptions {
  readonly format: Format;
  /** Parquet only: text is compressed by its sink. */
  readonly compression: Compression;
  readonly csv: CsvOptions;
}

// The numbers that core/layout.ts and core/record.ts give these words.
const FORMAT_NUMBERS = { csv: 0, ndjson: 1, parquet: 2 } as const satisfies Record<Format, number>;
const CELLS = 3;
const SHAPE_NUMBERS: Partial<Record<RecordShape, number>> = {
  keyed: 0,
  'keyed-object': 1,
  id: 2,
  path: 3,
  'path-long': 4,
  'path-group': 5,
  'edge-circle': 6,
  object: 7,
  element: 8,
};
const SCALAR_NUMBERS = { string: 0, boolean: 1, int64: 2, double: 3, json: 4 } as const;
const LIST_OF = 8;
const PROPERTIES = -1;
const PATHS = -2;

/**
 * Whether the columnar engine takes a table: its records are the elements of a list and of a documented shape.
 * Records of such a table that are not as planned still go through the reference engine, one by one.
 */
export function takesTable(plan: TablePlan): boolean {
  if (plan.feed !== 'elements' || SHAPE_NUMBERS[plan.shape] === undefined) return false;
  // The records of such a group were put together by its reader.
  if (plan.shape === 'path-group' && plan.columns.some(({ source }) => source === 'record-offset'))
    return false;
  // A column that no record can leave empty must be one that every record fills.
  return plan.columns.every(
    ({ nullable, source }) => nullable || ['key', 'record-offset', 'position'].includes(source),
  );
}

/** The columns of a table in the order of the core: those of its files, then those of `partitionBy`. */
export function coreColumns({ columns, partitionBy = [] }: TablePlan): readonly PlannedColumn[] {
  const dealing = partitionBy.flatMap((name) => columns.filter((column) => column.name === name));
  return [...storedColumns(columns, partitionBy), ...dealing];
}

/** A core that is ready to read the records of a table. */
export function openCore(plan: TablePlan, options: EncodingOptions, takeFull: () => void): Core {
  const core = new Core(takeFull);
  const columns = coreColumns(plan);
  const isDealt = plan.partitionBy !== undefined;
  const written = columns.length - (plan.partitionBy?.length ?? 0);
  const members = keysOf(columns, 'member');
  const properties = keysOf(columns, 'property');
  if (plan.shape === 'element') members.push({ name: 'properties', column: PROPERTIES });
  if (plan.shape === 'path-group') members.push({ name: 'paths', column: PATHS });

  // Of a row group all rows must be there: until then they wait as cells.
  const format = isDealt && options.format === 'parquet' ? CELLS : FORMAT_NUMBERS[options.format];
  core.call.open(format, written, columns.length, members.length, properties.length);
  // One more than there may be: it takes the rows of all that are too many, and nobody will write them.
  if (isDealt) core.call.setPartitions(MAX_PARTITIONS + 1);
  columns.forEach((column, index) => {
    const name = format === CELLS ? '' : `${JSON.stringify(column.name)}:`;
    const open = format === CELLS ? '[' : '{';
    const prefix = Buffer.from(`${index === 0 ? open : ','}${name}`);
    core.call.setColumn(
      index,
      typeNumber(column.type),
      // Rows that the reference engine reads may have null where none belongs, and a path takes it.
      column.nullable || index >= written ? 1 : 0,
      core.keep(prefix),
      prefix.length,
    );
  });
  members.forEach(({ name, column }, index) => {
    const text = wireKey(name);
    core.call.setMember(index, column, core.keep(text), text.length);
  });
  properties.forEach(({ name, column }, index) => {
    const text = wireKey(name);
    core.call.setProperty(index, column, core.keep(text), text.length);
  });
  const indexOf = (source: PlannedColumn['source']) =>
    columns.findIndex((column) => column.source === source);
  core.call.setShape(
    SHAPE_NUMBERS[plan.shape] ?? -1,
    indexOf('key'),
    indexOf('value'),
    indexOf('record-offset'),
    indexOf('position'),
  );
  if (options.format === 'csv') setCsv(core, options.csv);
  if (options.format === 'parquet') core.loadPowers();
  return core;
}

function keysOf(columns: readonly PlannedColumn[], source: 'member' | 'property') {
  return columns.flatMap((column, index) =>
    column.source === source && column.member !== undefined ? [{ name: column.member, column: index }] : [],
  );
}

/** A key as servers write it, with its closing quote. One that comes with other escapes is the reference engine's. */
function wireKey(name: string): Buffer {
  return Buffer.from(JSON.stringify(name).slice(1));
}

function typeNumber(type: ColumnType): number {
  const element = listElementType(type);
  if (element !== null) return LIST_OF + SCALAR_NUMBERS[element];
  return SCALAR_NUMBERS[type as keyof typeof SCALAR_NUMBERS];
}

function setCsv(core: Core, csv: CsvOptions): void {
  const delimiter = Buffer.from(csv.delimiter);
  const nullText = Buffer.from(csv.nullText);
  // A number or literal needs no look unless the delimiter or the null text may be a part of one, or all of one.
  const isPlainSafe = !/[-+.0-9a-zE]/.test(csv.delimiter) && !/^[-+.0-9a-zE]+$/.test(csv.nullText);
  // The core reads four bytes of the delimiter, whatever its length.
  const padded = Buffer.concat([delimiter, Buffer.alloc(4)]);
  core.call.setCsv(
    core.keep(padded),
    delimiter.length,
    core.keep(nullText),
    nullText.length,
    csv.crlf ? 1 : 0,
    csv.escapeFormulas ? 1 : 0,
    isPlainSafe ? 1 : 0,
  );
}
