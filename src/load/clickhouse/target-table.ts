import { checkShape, shapeError } from '../describe-shape.js';
import type { LoadMode, LoadSetting, LoadTable } from '../load-model.js';
import { backslashText, backtickName } from '../sql-names.js';
import { type ClickhouseColumn, clickhouseColumns, LOAD_COLUMN } from './column-types.js';
import type { ClickhouseSession } from './session.js';

/** The table that is loaded, as it stands before. */
export interface TargetTable {
  readonly table: LoadTable;
  /** The quoted name, database included. */
  readonly name: string;
  readonly exists: boolean;
  readonly columns: readonly ClickhouseColumn[];
  /** What follows the columns in `CREATE TABLE`. */
  readonly engine: string;
}

/**
 * How a table of each mode is made, so that one statement publishes an export and may be repeated:
 * `replace` swaps the one partition, `append` puts the partition of the load in, `upsert` adds rows of which the
 * engine keeps the last one a key.
 */
export function engineFor(mode: LoadMode, key: readonly string[]): string {
  switch (mode) {
    case 'replace':
      return 'ENGINE = MergeTree() ORDER BY tuple()';
    case 'append':
      return `ENGINE = MergeTree() PARTITION BY ${LOAD_COLUMN} ORDER BY tuple()`;
    case 'upsert':
      return `ENGINE = ReplacingMergeTree() ORDER BY (${key.map(backtickName).join(', ')})`;
  }
}

/** @throws LoadError `LOAD_SHAPE` */
export async function describeTarget(
  session: ClickhouseSession,
  database: string,
  table: LoadTable,
  setting: LoadSetting,
): Promise<TargetTable> {
  const { mode, key } = setting;
  const name = `${backtickName(database)}.${backtickName(table.name)}`;
  const action = `look at the table ${name}`;
  const boolean = await session.rows(action, `SELECT 1 FROM system.data_type_families WHERE name = 'Bool'`);
  const columns = clickhouseColumns(table.columns, {
    boolean: boolean.length > 0 ? 'Bool' : 'UInt8',
    key,
    hasLoadColumn: mode === 'append',
  });
  const target = { table, name, columns, engine: engineFor(mode, key) };
  const where = `database = ${backslashText(database)}`;
  const [found] = await session.rows(
    action,
    `SELECT engine, partition_key, sorting_key FROM system.tables WHERE ${where} AND name = ${backslashText(table.name)}`,
  );
  if (found === undefined) return { ...target, exists: false };
  checkEngine(name, setting, found);
  const types = await session.rows(
    action,
    `SELECT name, type FROM system.columns WHERE ${where} AND table = ${backslashText(table.name)}`,
  );
  checkShape(
    name,
    columns,
    types.map((row) => ({ name: String(row['name']), type: String(row['type']) })),
  );
  return { ...target, exists: true };
}

function checkEngine(
  name: string,
  { mode, key }: LoadSetting,
  found: Readonly<Record<string, unknown>>,
): void {
  const engine = String(found['engine']);
  if (!engine.endsWith('MergeTree')) throw shapeError(name, `its engine is ${engine}, not MergeTree`);
  const partition = bare(found['partition_key']);
  const wanted = mode === 'append' ? LOAD_COLUMN : '';
  if (partition !== wanted) {
    const need = wanted === '' ? 'without partitions' : `partitioned by ${wanted}`;
    throw shapeError(name, `--mode ${mode} needs it ${need}, and it is partitioned by "${partition}"`);
  }
  if (mode !== 'upsert') return;
  const sorting = bare(found['sorting_key']);
  if (!engine.endsWith('ReplacingMergeTree') || sorting !== key.join(', '))
    throw shapeError(name, `--mode upsert needs a ReplacingMergeTree ordered by ${key.join(', ')}`);
}

/** A key expression without quotes and brackets. */
function bare(expression: unknown): string {
  return String(expression)
    .replaceAll('`', '')
    .replace(/^(?:tuple)?\((.*)\)$/, '$1');
}
