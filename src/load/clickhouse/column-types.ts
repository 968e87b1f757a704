import { listElementType } from '../../cell.js';
import type { Column, ScalarType } from '../../model.js';
import type { NamedType } from '../describe-shape.js';
import { backtickName } from '../sql-names.js';

/** A column of ClickHouse and where its value comes from. */
export interface ClickhouseColumn extends NamedType {
  /** The column of the export; null for the one that tells loads apart. */
  readonly from: number | null;
  /** Set where this column says whether a list is null: ClickHouse has no null arrays. */
  readonly isNullMark: boolean;
}

/** In tables that are appended to: the load ID of each row, by which the table is partitioned. */
export const LOAD_COLUMN = 'ges_export_load';

export interface ClickhouseDialect {
  /** `Bool` is there since 21.12; before it a boolean is a `UInt8`. */
  readonly boolean: 'Bool' | 'UInt8';
  /** Columns of the sorting key cannot be null. */
  readonly key: readonly string[];
  readonly hasLoadColumn: boolean;
}

/** Types as `system.columns` writes them. JSON is kept as its text. */
export function clickhouseColumns(
  columns: readonly Column[],
  dialect: ClickhouseDialect,
): readonly ClickhouseColumn[] {
  const names = new Set(columns.map((column) => column.name));
  const result: ClickhouseColumn[] = [];
  columns.forEach((column, from) => {
    const { name, type, nullable } = column;
    const element = listElementType(type);
    if (element !== null) {
      result.push({
        name,
        type: `Array(Nullable(${scalarType(element, dialect)}))`,
        from,
        isNullMark: false,
      });
      if (nullable) result.push({ name: markName(name, names), type: 'UInt8', from, isNullMark: true });
      return;
    }
    const scalar = type === 'json' ? 'String' : scalarType(type as ScalarType, dialect);
    const isNullable = nullable && !dialect.key.includes(name);
    result.push({ name, type: isNullable ? `Nullable(${scalar})` : scalar, from, isNullMark: false });
  });
  if (dialect.hasLoadColumn)
    result.push({ name: LOAD_COLUMN, type: 'String', from: null, isNullMark: false });
  return result;
}

/** The columns of `CREATE TABLE`. */
export function columnList(columns: readonly NamedType[]): string {
  return columns.map(({ name, type }) => `${backtickName(name)} ${type}`).join(', ');
}

function scalarType(type: ScalarType, dialect: ClickhouseDialect): string {
  const types = { boolean: dialect.boolean, int64: 'Int64', double: 'Float64', string: 'String' } as const;
  return types[type];
}

/** A name of its own: no column of the export has it. */
function markName(list: string, names: Set<string>): string {
  let name = `${list}_is_null`;
  while (names.has(name)) name += '_';
  names.add(name);
  return name;
}
