import { isJsonArray, JsonObject, type JsonValue } from '../json-value.js';
import type { ColumnType, ScalarType } from '../model.js';
import { widen } from './infer-type.js';

/**
 * Data types of the graph's metadata as column types (ges_01_0044). Dates stay text: GES states no time zone.
 */
const SCHEMA_TYPES: ReadonlyMap<string, ScalarType> = new Map(
  Object.entries<ScalarType>({
    int: 'int64',
    integer: 'int64',
    long: 'int64',
    float: 'double',
    double: 'double',
    bool: 'boolean',
    boolean: 'boolean',
    char: 'string',
    'char array': 'string',
    string: 'string',
    enum: 'string',
    date: 'string',
  }),
);

interface SchemaLabel {
  readonly name: string;
  /** `all` where the server does not say, or says so: the label may be on vertices and on edges. */
  readonly kind: 'vertex' | 'edge' | 'all';
  readonly properties: ReadonlyMap<string, ColumnType>;
}

export type GraphSchema = readonly SchemaLabel[];

/**
 * Reads the answer of `GET …/schema`: `data.schema[]` of `{label, type, properties[{name, type, cardinality}]}`
 * (ges_03_0027; the database edition's page ges_03_0435 calls the member `dataType`). A property with a type
 * that no page names is left out, so that samples decide.
 */
export function readGraphSchema(labels: readonly JsonValue[]): GraphSchema {
  return labels.filter((label) => label instanceof JsonObject).map(readLabel);
}

function readLabel(label: JsonObject): SchemaLabel {
  const kind = label.get('type');
  const properties = label.get('properties');
  const types = new Map<string, ColumnType>();
  for (const property of isJsonArray(properties) ? properties : []) {
    if (!(property instanceof JsonObject)) continue;
    const name = property.get('name');
    const type = propertyType(property);
    if (typeof name === 'string' && type !== null) types.set(name, type);
  }
  return {
    name: String(label.get('label')),
    kind: kind === 'vertex' || kind === 'edge' ? kind : 'all',
    properties: types,
  };
}

function propertyType(property: JsonObject): ColumnType | null {
  const word = property.get('type') ?? property.get('dataType');
  const scalar = typeof word === 'string' ? SCHEMA_TYPES.get(word.trim().toLowerCase()) : undefined;
  if (scalar === undefined) return null;
  const cardinality = String(property.get('cardinality')).trim();
  return cardinality === 'list' || cardinality === 'set' ? `list<${scalar}>` : scalar;
}

/**
 * The properties that a vertex or edge list may carry, by name.
 *
 * Labels that the samples show always count. Where the samples are not the whole result, so does every label
 * that the schema calls a vertex (or an edge) label: a rare one must not end up in `_overflow`.
 * A name with different types under different labels (2.3.18, ges_01_0153) gets a type that holds both.
 */
export function propertiesOf(
  schema: GraphSchema,
  kind: 'vertex' | 'edge',
  seenLabels: ReadonlySet<string>,
  samplesAreAll: boolean,
): Map<string, ColumnType> {
  const types = new Map<string, ColumnType>();
  for (const label of schema) {
    if (!seenLabels.has(label.name) && (samplesAreAll || label.kind !== kind)) continue;
    for (const [name, type] of label.properties) {
      const known = types.get(name);
      types.set(name, known === undefined ? type : widen(known, type));
    }
  }
  return types;
}
