import type { SchemaElement } from 'hyparquet';
import type { Column, ColumnType, ExportedTable, StoredFile } from '../model.js';
import { storedColumns } from '../partition.js';
import { readCsvHeader } from './csv-rows.js';
import { type Disagreement, shown } from './disagreement.js';
import type { FileLayout } from './file-layout.js';
import { readNdjsonRows } from './ndjson-rows.js';
import { type OpenFile, reopen } from './open-file.js';
import { openParquet } from './parquet-file.js';
import { parquetName } from './parquet-rows.js';
import { FileProblem, RowProblem } from './row-batch.js';
import { storedText } from './stored-value.js';

/**
 * Reads the columns of each file from its beginning or end: the header of CSV, the keys of the first NDJSON
 * line, the schema in a Parquet footer. They must be those of the manifest, in its order.
 *
 * @param paths the files to look at
 */
export async function checkSchemas(
  openFile: OpenFile,
  tables: readonly ExportedTable[],
  layout: FileLayout,
  paths: ReadonlySet<string>,
): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const { columns: all, partitionBy, files } of tables) {
    const columns = storedColumns(all, partitionBy);
    for (const { path, rows } of files) {
      if (!paths.has(path)) continue;
      const problem = await schemaProblem(await reopen(openFile, path), columns, layout, rows);
      if (problem !== null) found.push({ kind: 'schema', path, message: `"${path}" ${problem}` });
    }
  }
  return found;
}

async function schemaProblem(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  rows: number,
): Promise<string | null> {
  try {
    if (layout.format === 'csv') return await csvProblem(file, columns, layout);
    if (layout.format === 'parquet') return await parquetProblem(file, columns, rows);
    return await ndjsonProblem(file, columns, layout);
  } catch (error) {
    if (error instanceof FileProblem || error instanceof RowProblem) return error.message;
    throw error;
  }
}

async function csvProblem(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
): Promise<string | null> {
  const names = (await readCsvHeader(file, layout)) ?? [];
  const expected = columns.map(({ name }) => storedText(name, layout));
  return namesProblem(
    names.map((name) => name ?? layout.csv.nullText),
    expected,
  );
}

async function ndjsonProblem(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
): Promise<string | null> {
  for await (const batch of readNdjsonRows(file, columns, layout, () => true)) {
    batch.cells(0);
    break;
  }
  return null;
}

async function parquetProblem(
  file: StoredFile,
  columns: readonly Column[],
  rows: number,
): Promise<string | null> {
  const { schema, row_groups: groups, num_rows: total } = (await openParquet(file)).metadata;
  const fields = fieldsOf(schema);
  const problem = namesProblem(
    fields.map(([field]) => field?.name ?? ''),
    columns.map(({ name }) => parquetName(name)),
  );
  if (problem !== null) return problem;
  for (const [index, column] of columns.entries()) {
    const seen = describeField(fields[index] ?? []);
    const expected = `${column.nullable ? 'OPTIONAL' : 'REQUIRED'} ${FIELD_TYPES[column.type]}`;
    if (seen !== expected)
      return `has ${seen} in column ${JSON.stringify(column.name)}, not ${expected} (${column.type})`;
  }
  const inGroups = groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  return inGroups === rows && Number(total) === rows
    ? null
    : `has ${inGroups} rows in its row groups and ${total} in its footer, not ${rows}`;
}

function namesProblem(names: readonly string[], expected: readonly string[]): string | null {
  const isSame = names.length === expected.length && names.every((name, index) => name === expected[index]);
  return isSame
    ? null
    : `has the columns ${shown(JSON.stringify(names))}, not ${shown(JSON.stringify(expected))}`;
}

/** The elements of the schema, which lists a tree from its root down, cut into the root's children. */
function fieldsOf([root, ...elements]: readonly SchemaElement[]): (readonly SchemaElement[])[] {
  const fields: SchemaElement[][] = [];
  let left = 0;
  for (const element of elements) {
    if (left === 0) fields.push([]);
    else left--;
    fields.at(-1)?.push(element);
    left += element.num_children ?? 0;
  }
  return root?.num_children === fields.length ? fields : [];
}

/** How the format's LogicalTypes page wants each column type to be stored, as `describeField` writes it. */
const FIELD_TYPES = {
  boolean: 'BOOLEAN',
  int64: 'INT64',
  double: 'DOUBLE',
  string: 'BYTE_ARRAY (STRING)',
  json: 'BYTE_ARRAY (JSON)',
  'list<boolean>': 'LIST of OPTIONAL BOOLEAN',
  'list<int64>': 'LIST of OPTIONAL INT64',
  'list<double>': 'LIST of OPTIONAL DOUBLE',
  'list<string>': 'LIST of OPTIONAL BYTE_ARRAY (STRING)',
} as const satisfies Record<ColumnType, string>;

/** `OPTIONAL INT64`, `OPTIONAL LIST of OPTIONAL BYTE_ARRAY (STRING)`, … */
function describeField([field, middle, element, ...more]: readonly SchemaElement[]): string {
  if (field === undefined) return 'nothing';
  if (middle === undefined) return describeLeaf(field);
  const isList =
    logicalName(field) === 'LIST' &&
    middle.repetition_type === 'REPEATED' &&
    element?.num_children === undefined &&
    more.length === 0;
  return isList && element !== undefined
    ? `${field.repetition_type} LIST of ${describeLeaf(element)}`
    : `${field.repetition_type} group`;
}

function describeLeaf(leaf: SchemaElement): string {
  const logical = logicalName(leaf);
  return `${leaf.repetition_type} ${leaf.type}${logical === '' ? '' : ` (${logical})`}`;
}

function logicalName({ logical_type: logical, converted_type: converted }: SchemaElement): string {
  return logical?.type ?? (converted === 'UTF8' ? 'STRING' : (converted ?? ''));
}
