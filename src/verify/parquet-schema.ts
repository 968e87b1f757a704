import { toUSVString } from 'node:util';
import type { SchemaElement } from 'hyparquet';
import type { Column, ColumnType } from '../model.js';
import { shown } from './disagreement.js';

/** What differs between the schema in a Parquet footer and the columns of the manifest; null where nothing does. */
export function parquetSchemaProblem(
  schema: readonly SchemaElement[],
  columns: readonly Column[],
): string | null {
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
  return null;
}

/** A column's name as the reader gives it back: it has no form for a lone surrogate or a leading byte order mark. */
function parquetName(name: string): string {
  return toUSVString(name).replace(/^\uFEFF/, '');
}

/** The same for names alone. */
export function namesProblem(names: readonly string[], expected: readonly string[]): string | null {
  const isSame = names.length === expected.length && names.every((name, index) => name === expected[index]);
  return isSame
    ? null
    : `has the columns ${shown(JSON.stringify(names))}, not ${shown(JSON.stringify(expected))}`;
}

/** The path to the leaf of each column; empty for one that is no chain down to a single leaf. */
export function leafPaths(schema: readonly SchemaElement[]): (readonly string[])[] {
  return fieldsOf(schema).map((elements) => {
    const isChain = elements.every(
      ({ num_children: children = 0 }, level) => children === (level < elements.length - 1 ? 1 : 0),
    );
    return isChain ? elements.map(({ name }) => name) : [];
  });
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
