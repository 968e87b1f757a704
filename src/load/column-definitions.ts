import type { Column, ColumnType } from '../model.js';

/** Names, types and `NOT NULL` of columns. */
export function definitions(
  columns: readonly Column[],
  quote: (name: string) => string,
  types: Readonly<Record<ColumnType, string>>,
): readonly string[] {
  return columns.map(
    ({ name, type, nullable }) => `${quote(name)} ${types[type]}${nullable ? '' : ' NOT NULL'}`,
  );
}
