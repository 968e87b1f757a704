import { JsonNumber, type JsonValue } from './json-value.js';
import type { Column } from './model.js';

/** The value of a partition column as text: what a folder `column=value` says. Null for null. */
export type PartitionValue = string | null;

/** More would be a folder for each row rather than a partition, and each has a part in progress. */
export const MAX_PARTITIONS = 1000;

/** What Hive calls the partition of null and of empty text, which it does not tell apart. */
const DEFAULT_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/**
 * What Hive escapes in the names of partitions (`FileUtils.escapePathName`), and what Windows refuses in names. A dot
 * only where the name begins with it.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among them
const SPECIAL = /[\u0000-\u001f\u007f"#%'*/:=?\\{[\]^<>|]|^\./g;

/** Escapes a column or a value as Hive does: `%` and two hexadecimal digits for each special character. */
function escapeName(text: string): string {
  return text.replace(
    SPECIAL,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function unescapeName(name: string): string {
  return name.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The folder of one partition value, `column=value`, as Hive names it. */
export function partitionName(column: string, value: PartitionValue): string {
  return `${escapeName(column)}=${escapeValue(value)}`;
}

function escapeValue(value: PartitionValue): string {
  if (value === null || value === '') return DEFAULT_PARTITION;
  // That very text as a value is told apart from null by an escape that it does not need.
  return value === DEFAULT_PARTITION ? value.replace('_', '%5F') : escapeName(value);
}

/** What the name of a folder says; null where it is no `column=value`. The value is null for null and empty text. */
export function parsePartitionName(
  name: string,
): { readonly column: string; readonly value: PartitionValue } | null {
  const at = name.indexOf('=');
  if (at <= 0 || at === name.length - 1) return null;
  const value = name.slice(at + 1);
  return {
    column: unescapeName(name.slice(0, at)),
    value: value === DEFAULT_PARTITION ? null : unescapeName(value),
  };
}

/** The folders of a partition below that of its table: `label=airport/active=true`. */
export function partitionPath(columns: readonly string[], values: readonly PartitionValue[]): string {
  return columns.map((column, index) => partitionName(column, values[index] ?? null)).join('/');
}

/** The cell of a partition column, of type string, int64 or boolean, as the text that stands for it. */
export function partitionValue(cell: JsonValue): PartitionValue {
  if (cell === null) return null;
  if (typeof cell === 'string') return cell;
  // One number has one folder: -0 is 0.
  return cell instanceof JsonNumber ? String(BigInt(cell.text)) : String(cell);
}

/** The columns that stand in the files: those of the table that are not in its paths. */
export function storedColumns<Kind extends Column>(
  columns: readonly Kind[],
  partitionBy: readonly string[] = [],
): readonly Kind[] {
  return partitionBy.length === 0 ? columns : columns.filter(({ name }) => !partitionBy.includes(name));
}

/** For each column of a table: its place in `partitionBy`, or among the columns of its files. */
export function columnPlaces(
  columns: readonly Column[],
  partitionBy: readonly string[] = [],
): readonly ({ readonly partition: number } | { readonly stored: number })[] {
  let stored = 0;
  return columns.map(({ name }) => {
    const partition = partitionBy.indexOf(name);
    return partition < 0 ? { stored: stored++ } : { partition };
  });
}

/** The folder of a table, of the path of one of its files. */
export function tableFolderOf(file: {
  readonly path: string;
  readonly partition?: readonly PartitionValue[] | undefined;
}): string {
  const names = file.path.split('/');
  return names.slice(0, names.length - 1 - (file.partition?.length ?? 0)).join('/');
}
