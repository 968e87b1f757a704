import { TableError } from '../errors.js';

/** A column in the words of a table format. */
export interface TableColumn {
  readonly name: string;
  /** The same text for the same type. */
  readonly type: string;
  readonly nullable: boolean;
}

/** What a table has to learn before it takes the files of an export. */
export interface ColumnChanges {
  /** Names of nullable columns that it does not have. */
  readonly added: ReadonlySet<string>;
  /** Names of its columns that must allow null from now on. */
  readonly relaxed: ReadonlySet<string>;
}

/**
 * Compares the columns of an export with those of a table that has some. What a reader of either format makes good by
 * itself is allowed: columns of the table that the export lacks and columns that it adds, as long as they are nullable
 * (their cells are null), and nulls where the table had none.
 *
 * @param name of the table, for messages
 * @throws TableError `TABLE_CONFLICT`, naming the first column that does not fit
 */
export function compareColumns(
  table: readonly TableColumn[],
  given: readonly TableColumn[],
  name: string,
): ColumnChanges {
  const byName = new Map(table.map((column) => [column.name, column]));
  const byLowerCase = new Map(table.map((column) => [column.name.toLowerCase(), column.name]));
  const added = new Set<string>();
  const relaxed = new Set<string>();
  for (const column of given) {
    const there = byName.get(column.name);
    const alike = byLowerCase.get(column.name.toLowerCase());
    if (there === undefined && alike !== undefined)
      throw conflict(name, `column "${column.name}", and the table has "${alike}"`);
    if (there === undefined) {
      if (!column.nullable)
        throw conflict(name, `column "${column.name}" without nulls, and the table has no such column`);
      added.add(column.name);
    } else {
      if (there.type !== column.type)
        throw conflict(
          name,
          `column "${column.name}" as ${column.type}, and the table has it as ${there.type}`,
        );
      if (column.nullable && !there.nullable) relaxed.add(column.name);
    }
  }
  const names = new Set(given.map((column) => column.name));
  const missing = table.find((column) => !column.nullable && !names.has(column.name));
  if (missing !== undefined)
    throw conflict(name, `no column "${missing.name}", which the table has without nulls`);
  return { added, relaxed };
}

/**
 * For a table that is about to be made: names that differ only in case are one name to many engines.
 *
 * @throws TableError `TABLE_CONFLICT`
 */
export function checkNames(columns: readonly TableColumn[], name: string): void {
  const seen = new Map<string, string>();
  for (const column of columns) {
    const alike = seen.get(column.name.toLowerCase());
    if (alike !== undefined)
      throw conflict(name, `columns "${alike}" and "${column.name}", which tables do not tell apart`);
    seen.set(column.name.toLowerCase(), column.name);
  }
}

/** @param what the export has */
export function conflict(name: string, what: string): TableError {
  return new TableError(
    'TABLE_CONFLICT',
    `Table "${name}" does not take this export: the export has ${what}`,
  );
}
