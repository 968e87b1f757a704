// DuckDB over downloaded pages. Arguments: kind, format, folder of the pages, output file.
// As duckdb.org/docs/data/json says: the types of the columns given, maximum_object_size as large as the largest page.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const [kind, format, folder, file] = process.argv.slice(2);

const TABLES = {
  vertices: {
    list: `vertices STRUCT(id VARCHAR, label VARCHAR, properties STRUCT(
      name VARCHAR[], age BIGINT[], score DOUBLE[], code BIGINT[], city VARCHAR[]))[]`,
    cells: `r.id, r.label, r.properties.name[1] AS name, r.properties.age[1] AS age,
      r.properties.score[1] AS score, r.properties.code[1] AS code, r.properties.city[1] AS city`,
  },
  pagerank: {
    list: 'pagerank MAP(VARCHAR, DOUBLE)[]',
    cells: 'map_keys(r)[1] AS vertex_id, map_values(r)[1] AS pagerank',
  },
  edges: {
    list: `edges STRUCT(source VARCHAR, target VARCHAR, "index" VARCHAR, label VARCHAR,
      properties STRUCT(weight DOUBLE[], since VARCHAR[]))[]`,
    cells: `r.source, r.target, r."index", r.label, r.properties.weight[1] AS weight,
      r.properties.since[1] AS since`,
  },
  paths: {
    list: 'paths VARCHAR[][]',
    cells: `row_number() OVER () - 1 AS path_id, ${asCell('r')} AS vertices`,
  },
  embeddings: {
    list: 'embedding MAP(VARCHAR, DOUBLE[])[]',
    cells: `map_keys(r)[1] AS vertex_id, ${asCell('map_values(r)[1]')} AS embedding`,
  },
};
const COPY_OPTIONS = {
  csv: 'FORMAT csv, HEADER',
  ndjson: 'FORMAT json',
  parquet: 'FORMAT parquet, COMPRESSION snappy',
};

/** A list as a cell of CSV is JSON, as in the other contenders. */
function asCell(list) {
  return format === 'csv' ? `to_json(${list})` : list;
}

const pages = (await readdir(folder)).filter((name) => name.startsWith('page-'));
const sizes = await Promise.all(pages.map(async (name) => (await stat(join(folder, name))).size));
const { list, cells } = TABLES[kind];
const answer = `{data: 'STRUCT(outputs STRUCT(${list}))'}`;
const source = `read_json('${folder}/page-*.json', format = 'unstructured', columns = ${answer},
  maximum_object_size = ${Math.max(...sizes) + 1})`;

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const [name] = list.split(' ');
await connection.run(`COPY (
  SELECT ${cells} FROM (SELECT unnest(data.outputs.${name}) AS r FROM ${source})
) TO '${file}' (${COPY_OPTIONS[format]})`);
connection.closeSync();
instance.closeSync();
