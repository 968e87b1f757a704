import { LoadError } from '../errors.js';

/** A column as the database calls it. */
export interface NamedType {
  readonly name: string;
  readonly type: string;
}

/**
 * The columns of a table that is there must be those of the export, in any order.
 *
 * @throws LoadError `LOAD_SHAPE`, naming the first difference
 */
export function checkShape(table: string, wanted: readonly NamedType[], found: readonly NamedType[]): void {
  const types = new Map(found.map((column) => [column.name, column.type]));
  for (const { name, type } of wanted) {
    const actual = types.get(name);
    if (actual === undefined) throw shapeError(table, `it has no column "${name}"`);
    if (actual !== type) throw shapeError(table, `its column "${name}" is ${actual}, not ${type}`);
  }
  const names = new Set(wanted.map((column) => column.name));
  const extra = found.find((column) => !names.has(column.name));
  if (extra !== undefined) throw shapeError(table, `its column "${extra.name}" is not in the export`);
}

export function shapeError(table: string, problem: string): LoadError {
  return new LoadError('LOAD_SHAPE', `The table ${table} has another shape: ${problem}`);
}
