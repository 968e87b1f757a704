// The results that the tables are made of: every type of column, values that readers round or confuse, two jobs for each
// table, the second with a column more.
import { JsonNumber, JsonObject, stringifyJson } from '../../dist/index.js';

const number = (text) => new JsonNumber(String(text));
const object = (members) => new JsonObject(Object.keys(members), Object.values(members));

const NAMES = [
  '王小明',
  'Zürich',
  '𠮷野家 🛫',
  '',
  'it\'s "quoted", \\ and\nmore',
  ' padded ',
  'é',
  'null',
  'two\r\nlines',
  '\\N',
];
const BIG = ['9223372036854775807', '-9223372036854775808', '9007199254740993', '0', '-1'];
const REALS = ['0.1', '1.7976931348623157e308', '5e-324', '-1e-7', '2.5'];

/** Every third vertex lacks a property; vertices of the second job have the property `城市` too. */
function vertex(index, job) {
  const at = (list, by = 1) => list[(index * by) % list.length];
  const properties = {
    name: [at(NAMES)],
    big: [number(at(BIG))],
    real: [number(at(REALS))],
    ok: [index % 2 === 0],
    tags: [at(NAMES), null, at(NAMES, 3)],
    counts: [number(at(BIG)), number(at(BIG, 2))],
    ratios: [number(at(REALS)), null, number(at(REALS, 2))],
    flags: [index % 2 === 0, null, true],
    notes: [object({ at: number(index), text: at(NAMES), digits: number('123456789012345678901234567890') })],
    ...(job === 2 ? { 城市: [at(NAMES, 5)] } : {}),
  };
  const names = Object.keys(properties);
  if (index % 3 === 1) delete properties[names[index % names.length]];
  return object({ id: `${job}-${index}`, label: '人', properties: object(properties) });
}

const list = (count, make) => Array.from({ length: count }, (_, index) => make(index));

/** The one column of a Cypher query; every third row has null in it. */
const cells = (name, values) => ({
  list: 'data',
  columns: [name],
  records: list(60, (index) => object({ row: [index % 3 === 0 ? null : values[index % values.length]] })),
});

/** Records by job ID. */
export const jobs = new Map([
  ['text-1', cells('only text', NAMES)],
  ['integers-1', cells('only integer', BIG.map(number))],
  ...[1, 2].flatMap((job) => [
    [`vertices-${job}`, { list: 'vertices', records: list(300, (index) => vertex(index, job)) }],
    [
      `pagerank-${job}`,
      {
        list: 'pagerank',
        records: list(1000, (index) =>
          object({ [`${job}/${index}`]: number(index % 10 === 0 ? 0 : 1 / (index + job)) }),
        ),
      },
    ],
  ]),
]);

/** A finished job that serves its records in pages. */
export function answerFor(jobId, offset, limit) {
  const job = jobs.get(jobId);
  if (job === undefined) return null;
  const page = job.records.slice(offset, offset + limit);
  const columns = job.columns === undefined ? '' : `"columns":${JSON.stringify(job.columns)},`;
  return `{"data":{"outputs":{${columns}"${job.list}":${stringifyJson(page)},"data_offset":${offset},"data_return_size":${page.length},"data_total_size":${job.records.length}}},"status":"success"}`;
}

/** The rows that the records of a job stand for, as plain JSON text with exact numbers; `notes` as its JSON text. */
export function expectedRows(jobId) {
  const { list: kind, columns, records } = jobs.get(jobId);
  return records.map((record) => {
    if (columns !== undefined) return object({ [columns[0]]: record.get('row')[0] });
    if (kind === 'pagerank') return object({ vertex_id: record.keys[0], pagerank: record.values[0] });
    const properties = record.get('properties');
    const row = { id: record.get('id'), label: record.get('label') };
    for (const name of ['name', 'big', 'real', 'ok', 'notes', '城市'])
      row[name] = properties.get(name)?.[0] ?? null;
    for (const name of ['tags', 'counts', 'ratios', 'flags']) row[name] = properties.get(name) ?? null;
    if (row.notes !== null) row.notes = stringifyJson(row.notes);
    return object(row);
  });
}
