import { listElementType } from '../../cell.js';
import type { Column } from '../../model.js';
import type { TableColumn } from '../table-columns.js';

/** A field of a schema as the metadata holds it; members that are not named here are kept as they are. */
export interface IcebergField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: unknown;
}

/** Iceberg spec, "Primitive Types". */
const PRIMITIVES: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  int64: 'long',
  double: 'double',
  string: 'string',
  json: 'string',
};

/** @param column with `fieldIds` */
export function toIcebergField({ name, type, nullable, fieldIds }: Column): IcebergField {
  const [id, elementId] = fieldIds as readonly [number, number?];
  const element = listElementType(type);
  return {
    id,
    name,
    required: !nullable,
    type:
      element === null
        ? PRIMITIVES[type]
        : { type: 'list', 'element-id': elementId, element: PRIMITIVES[element], 'element-required': false },
  };
}

/** How many numbers a column takes. */
export function countIds({ type }: Pick<Column, 'type'>): number {
  return listElementType(type) === null ? 1 : 2;
}

/** The numbers of a field of the table, as an export needs them. */
export function idsOf({ id, type }: IcebergField): readonly number[] {
  const elementId = (type as { 'element-id'?: unknown })['element-id'];
  return typeof elementId === 'number' ? [id, elementId] : [id];
}

/** The type as one text: `long`, `list<long>`; JSON for what this program writes none of. */
export function toTableColumn({ name, type, required }: Omit<IcebergField, 'id'>): TableColumn {
  return { name, type: typeText(type), nullable: !required };
}

function typeText(type: unknown): string {
  if (typeof type === 'string') return type;
  const list = type as { type?: unknown; element?: unknown; 'element-required'?: unknown };
  const isList =
    list.type === 'list' && typeof list.element === 'string' && list['element-required'] === false;
  return isList ? `list<${list.element}>` : JSON.stringify(type);
}
