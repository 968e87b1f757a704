import { ConfigError } from '../errors.js';
import type { ColumnType, GraphHeaders, PlannedColumn, TablePlan } from '../model.js';

/** What a column is to a graph. */
type Role = 'id' | 'label' | 'source' | 'target' | 'type' | 'rank' | 'property';

/** The name of a column for one system; `table` is the tag or edge type of NebulaGraph. */
type Naming = (role: Role, column: PlannedColumn, table: string) => string;

/**
 * Names the columns of vertices and edges the way a graph database's bulk loader reads them. Lists and JSON are text to
 * all of them: their lists are no JSON.
 *
 * - neptune: the openCypher load format (user guide, "Load format for openCypher data"); edges have no `:ID`, so the load
 *   needs `userProvidedEdgeIds: FALSE`
 * - neo4j: headers of `neo4j-admin database import` (operations manual, "CSV header format")
 * - nebula: headers of Nebula Importer 3 with `withHeader: true`; the table is the tag or the edge type
 *
 * @param system the table stays as it is when left out
 * @throws ConfigError `CONFIG_CONFLICT` when the table holds neither vertices nor edges
 */
export function withGraphHeaders(plan: TablePlan, system: GraphHeaders | undefined): TablePlan {
  if (system === undefined) return plan;
  const roleOf = rolesFor(plan);
  const name = NAMINGS[system];
  return {
    ...plan,
    columns: plan.columns.map((column) => ({ ...column, name: name(roleOf(column), column, plan.name) })),
  };
}

const EDGE_ROLES: Readonly<Record<string, Role>> = {
  source: 'source',
  target: 'target',
  label: 'type',
  index: 'rank',
};

function rolesFor({ name, shape, columns }: TablePlan): (column: PlannedColumn) => Role {
  const members = new Set(columns.filter(({ source }) => source === 'member').map(({ member }) => member));
  if (members.has('source') && members.has('target') && (shape === 'element' || shape === 'object'))
    return ({ source, member }) =>
      (source === 'member' ? EDGE_ROLES[String(member)] : undefined) ?? 'property';
  if (shape === 'element' && members.has('id')) {
    return ({ source, member }) =>
      source === 'member' && (member === 'id' || member === 'label') ? member : 'property';
  }
  if (shape === 'keyed' || shape === 'keyed-object' || shape === 'id')
    return ({ source }) => (source === 'key' ? 'id' : 'property');
  throw new ConfigError(
    'CONFIG_CONFLICT',
    `--graph-headers: table "${name}" holds neither vertices nor edges`,
  );
}

const NAMINGS: Readonly<Record<GraphHeaders, Naming>> = {
  neptune: (role, { name, type }) => {
    const fixed = { id: ':ID', label: ':LABEL', source: ':START_ID', target: ':END_ID', type: ':TYPE' };
    if (role !== 'property' && role !== 'rank') return fixed[role];
    return `${name}:${typeName(type, { boolean: 'Bool', int64: 'Long', double: 'Double', string: 'String' })}`;
  },
  neo4j: (role, { name, type }) => {
    const fixed = {
      id: `${name}:ID`,
      label: ':LABEL',
      source: ':START_ID',
      target: ':END_ID',
      type: ':TYPE',
    };
    if (role !== 'property' && role !== 'rank') return fixed[role];
    return `${name}:${typeName(type, { boolean: 'boolean', int64: 'long', double: 'double', string: 'string' })}`;
  },
  nebula: (role, { name, type }, table) => {
    const vid = type === 'int64' ? 'int' : 'string';
    const fixed = { id: `:VID(${vid})`, source: `:SRC_VID(${vid})`, target: `:DST_VID(${vid})` };
    if (role === 'id' || role === 'source' || role === 'target') return fixed[role];
    if (role === 'rank' && type === 'int64') return ':RANK';
    return `${table}.${name}:${typeName(type, { boolean: 'bool', int64: 'int', double: 'double', string: 'string' })}`;
  },
};

function typeName(
  type: ColumnType,
  names: {
    readonly boolean: string;
    readonly int64: string;
    readonly double: string;
    readonly string: string;
  },
): string {
  return type === 'boolean' || type === 'int64' || type === 'double' ? names[type] : names.string;
}
