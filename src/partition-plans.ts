import { SinkError } from './errors.js';
import type { ColumnType, TablePlan } from './model.js';
import { storedColumns } from './partition.js';

/** Types whose values have one text each, short enough for the name of a folder. */
const PARTITION_TYPES: ReadonlySet<ColumnType> = new Set(['string', 'int64', 'boolean']);

/**
 * The same tables, dealt out by those of the columns that they have. A table that has none of them stays whole.
 *
 * @param fixed keys in the path of the whole export, which readers take for columns too
 * @throws SinkError `PARTITION_REFUSED` for a column that no table has, or that is none to partition by
 */
export function withPartitions(
  plans: readonly TablePlan[],
  columns: readonly string[],
  fixed: readonly string[],
): readonly TablePlan[] {
  for (const key of fixed) {
    const same = (plan: TablePlan) =>
      plan.columns.find(({ name }) => name.toLowerCase() === key.toLowerCase());
    const plan = plans.find(same);
    if (plan !== undefined)
      throw refused(`--partition-by "${key}=…": table "${plan.name}" has a column "${same(plan)?.name}"`);
  }
  for (const column of columns) {
    if (!plans.some((plan) => plan.columns.some(({ name }) => name === column)))
      throw refused(`--partition-by "${column}": ${describe(plans)}`);
  }
  return plans.map((plan) => withPartition(plan, columns));
}

function withPartition(plan: TablePlan, columns: readonly string[]): TablePlan {
  const partitionBy = columns.filter((column) => plan.columns.some(({ name }) => name === column));
  if (partitionBy.length === 0) return plan;
  for (const { name, type } of plan.columns) {
    if (partitionBy.includes(name) && !PARTITION_TYPES.has(type))
      throw refused(
        `--partition-by "${name}": in table "${plan.name}" it is ${type}, and only ${[...PARTITION_TYPES].join(', ')} can be part of a path`,
      );
  }
  if (storedColumns(plan.columns, partitionBy).length === 0)
    throw refused(`--partition-by "${partitionBy.join('", "')}": table "${plan.name}" has no other column`);
  return { ...plan, partitionBy };
}

function describe(plans: readonly TablePlan[]): string {
  if (plans.length === 0) return 'the result has no table';
  const tables = plans.map(({ name, columns }) => {
    const names = columns.map((column) => `"${column.name}"`);
    const shown = names.length > 30 ? [...names.slice(0, 30), '…'] : names;
    return `table "${name}" has ${shown.join(', ')}`;
  });
  return `no table has such a column; ${tables.join('; ')}`;
}

function refused(message: string): SinkError {
  return new SinkError('PARTITION_REFUSED', message);
}
