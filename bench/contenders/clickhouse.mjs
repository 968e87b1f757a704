import { spawnSync } from 'node:child_process';
import { runs } from '../missing.mjs';

const TABLES = {
  vertices: {
    list: `vertices Array(Tuple(id String, label String, properties Tuple(name Array(String), age Array(Int64),
      score Array(Float64), code Array(Int64), city Array(String))))`,
    cells: `r.id AS id, r.label AS label, ${firsts('name', 'age', 'score', 'code', 'city')}`,
  },
  pagerank: {
    list: 'pagerank Array(Map(String, Float64))',
    cells: 'mapKeys(r)[1] AS vertex_id, mapValues(r)[1] AS pagerank',
  },
  edges: {
    list: `edges Array(Tuple(source String, target String, index String, label String,
      properties Tuple(weight Array(Float64), since Array(String))))`,
    cells: `r.source AS source, r.target AS target, r.index AS index, r.label AS label, ${firsts('weight', 'since')}`,
  },
  paths: { list: 'paths Array(Array(String))', cells: 'rowNumberInAllBlocks() AS path_id, r AS vertices' },
  embeddings: {
    list: 'embedding Array(Map(String, Array(Float64)))',
    cells: 'mapKeys(r)[1] AS vertex_id, mapValues(r)[1] AS embedding',
  },
};
const FORMATS = { csv: 'CSVWithNames', ndjson: 'JSONEachRow', parquet: 'Parquet' };
const LIST_COLUMNS = { paths: 'vertices', embeddings: 'embedding' };
/** Before these, named tuples in JSON and Parquet files were not read or written. */
const OLDEST_MAJOR = 23;

/** Ways to run one query, the first that the machine has is taken. */
const PROGRAMS = [
  { args: ['clickhouse', 'local', '--query'], version: ['clickhouse', 'local', '--version'] },
  { args: ['clickhouse-local', '--query'], version: ['clickhouse-local', '--version'] },
  {
    args: ['python3', '-c', 'import sys, chdb; chdb.query(sys.argv[1])'],
    version: ['python3', '-c', 'import chdb; print(chdb.engine_version)'],
  },
];

const installed = () => PROGRAMS.find(({ version: [program, ...args] }) => runs(program, ...args));

/** Why ClickHouse local cannot run here; undefined where it can. */
export function clickhouseMissing() {
  const program = installed();
  if (program === undefined) return 'no clickhouse local; `pip install chdb` in an active venv';
  const [name, ...args] = program.version;
  const version = String(spawnSync(name, args).stdout).trim();
  const major = Number(/(\d+)\.\d+/.exec(version)?.[1]);
  return major >= OLDEST_MAJOR
    ? undefined
    : `${name} is too old (${version}); \`pip install chdb\` in an active venv`;
}

/** Program and arguments that make a table of the pages in `run.out`. */
export function clickhouseCommand({ kind, format, out }, file) {
  const { list, cells } = TABLES[kind];
  const [name] = list.split(' ');
  const source = `file('${out}/page-*.json', 'JSONEachRow', 'data Tuple(outputs Tuple(${list}))')`;
  const rows = `SELECT ${cells} FROM (SELECT arrayJoin(data.outputs.${name}) AS r FROM ${source})`;
  const column = LIST_COLUMNS[kind];
  // A list as a cell of CSV is JSON, as in the other contenders.
  const asText = format === 'csv' && column !== undefined;
  const query = asText ? `SELECT * REPLACE (toJSONString(${column}) AS ${column}) FROM (${rows})` : rows;
  const settings = `input_format_json_ignore_unknown_keys_in_named_tuple = 1, input_format_skip_unknown_fields = 1,
    format_csv_null_representation = '', output_format_json_quote_64bit_integers = 0, output_format_parquet_compression_method = 'snappy'`;
  return [
    ...installed().args,
    `INSERT INTO FUNCTION file('${file}', '${FORMATS[format]}') ${query} SETTINGS ${settings}`,
  ];
}

/** A property is a list of one value, or none. */
function firsts(...names) {
  return names
    .map((name) => `if(empty(r.properties.${name}), NULL, r.properties.${name}[1]) AS ${name}`)
    .join(', ');
}
