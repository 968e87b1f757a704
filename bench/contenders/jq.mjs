import { JOBS } from '../jobs.mjs';

/** From the answer to one array of cells for each record. */
const CELLS = {
  vertices: '[.id, .label, (.properties | .name[0], .age[0], .score[0], .code[0], .city[0])]',
  pagerank: 'to_entries[] | [.key, .value]',
  edges: '[.source, .target, .index, .label, .properties.weight[0], .properties.since[0]]',
  embeddings: 'to_entries[] | [.key, .value]',
};

/** A jq command that makes a table of the answers on its standard input. */
export function jqFilter({ kind, format }, quote) {
  const { list, columns } = JOBS[kind];
  // jq counts no records by itself; a path is known by its number, so the answers are read as one stream.
  const records =
    kind === 'paths'
      ? `foreach (inputs.data.outputs.${list}[]) as $path (-1; . + 1; [., $path])`
      : `inputs.data.outputs.${list}[] | ${CELLS[kind]}`;
  const line = format === 'csv' ? 'map(if type == "array" then tojson else . end) | @csv' : objectOf(columns);
  const header = format === 'csv' ? `(${JSON.stringify(columns)} | @csv), ` : '';
  return `jq -n ${format === 'csv' ? '-r' : '-c'} ${quote(`${header}(${records} | ${line})`)}`;
}

function objectOf(columns) {
  return `{${columns.map((name, index) => `${JSON.stringify(name)}: .[${index}]`).join(', ')}}`;
}
