// The program one writes first: page after page, fetch, JSON.parse, one library for each format.
// Arguments: kind, records, format, output file. It rounds integers beyond 2^53 and trusts every page.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import parquet from 'parquetjs-lite';
import { JOBS, PAGE_SIZE } from '../jobs.mjs';

const [kind, records, format, file] = process.argv.slice(2);
const { GES_ENDPOINT, GES_PROJECT_ID, GES_GRAPH, GES_TOKEN } = process.env;

const text = (optional) => ({ type: 'UTF8', compression: 'SNAPPY', optional });
const double = (optional) => ({ type: 'DOUBLE', compression: 'SNAPPY', optional });
const integer = (optional) => ({ type: 'INT64', compression: 'SNAPPY', optional });

const list = (type) => ({ type, compression: 'SNAPPY', repeated: true });

const TABLES = {
  pagerank: {
    columns: { vertex_id: text(false), pagerank: double(false) },
    toRow(record) {
      const [[vertex_id, pagerank]] = Object.entries(record);
      return { vertex_id, pagerank };
    },
  },
  embeddings: {
    columns: { vertex_id: text(false), embedding: list('DOUBLE') },
    toRow(record) {
      const [[vertex_id, embedding]] = Object.entries(record);
      return { vertex_id, embedding };
    },
  },
  paths: {
    columns: { path_id: integer(false), vertices: list('UTF8') },
    toRow: (vertices, path_id) => ({ path_id, vertices }),
  },
  edges: {
    columns: {
      source: text(false),
      target: text(false),
      index: text(false),
      label: text(false),
      weight: double(true),
      since: text(true),
    },
    toRow({ source, target, index, label, properties: { weight, since } }) {
      return { source, target, index, label, weight: weight?.[0], since: since?.[0] };
    },
  },
  vertices: {
    columns: {
      id: text(false),
      label: text(false),
      name: text(true),
      age: integer(true),
      score: double(true),
      code: integer(true),
      city: text(true),
    },
    toRow({ id, label, properties }) {
      const { name, age, score, code, city } = properties;
      return {
        id,
        label,
        name: name?.[0],
        age: age?.[0],
        score: score?.[0],
        code: code?.[0],
        city: city?.[0],
      };
    },
  },
};

async function fetchPage(offset) {
  const url = `${GES_ENDPOINT}/ges/v1.0/${GES_PROJECT_ID}/graphs/${GES_GRAPH}/jobs/synthetic-${kind}-${records}/status`;
  const response = await fetch(`${url}?offset=${offset}&limit=${PAGE_SIZE}`, {
    headers: { 'X-Auth-Token': GES_TOKEN },
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()).data.outputs;
}

async function openWriter(columns) {
  if (format === 'parquet') {
    const writer = await parquet.ParquetWriter.openFile(new parquet.ParquetSchema(columns), file);
    return { write: (row) => writer.appendRow(row), close: () => writer.close() };
  }
  const output = createWriteStream(file);
  const stream = format === 'csv' ? stringify({ header: true, columns: Object.keys(columns) }) : output;
  if (stream !== output) stream.pipe(output);
  return {
    async write(row) {
      const isFull = !stream.write(format === 'csv' ? row : `${JSON.stringify(row)}\n`);
      if (isFull) await once(stream, 'drain');
    },
    async close() {
      stream.end();
      await finished(output);
    },
  };
}

const { columns, toRow } = TABLES[kind];
const writer = await openWriter(columns);
let number = 0;
for (let offset = 0, total = 1; offset < total; offset += PAGE_SIZE) {
  const outputs = await fetchPage(offset);
  total = outputs.data_total_size;
  for (const record of outputs[JOBS[kind].list]) await writer.write(toRow(record, number++));
}
await writer.close();
