// Ends with an error unless a contender wrote the rows that an export wrote to CSV.
// Arguments: kind, format, records, folder of the export, folder of the contender, isUnordered.
//
// Every row is read and counted. CSV of single-key rows must have all the rows of the export, anything else some
// thousand rows spread over all of them. Values are compared, not their spelling: numbers as doubles, lists cell by
// cell, and a missing value equals an empty text, which CSV of most contenders does not tell apart.
import { JOBS } from './jobs.mjs';
import { readRows } from './read-rows.mjs';

const SAMPLED_ROWS = 1000;
const NUMBER = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

const [kind, format, recordsText, ours, theirs, isUnordered] = process.argv.slice(2);
const records = Number(recordsText);
// A number of a row says nothing where rows are written in any order.
const columns = JOBS[kind].columns.filter((name) => isUnordered !== 'true' || name !== 'path_id');
const isFull = kind === 'pagerank' && format === 'csv';
const step = isFull ? 1 : Math.max(1, Math.floor(records / SAMPLED_ROWS));

const expected = new Set();
let count = 0;
for await (const row of readRows(ours, 'csv')) {
  if (count % step === 0 || count === records - 1) expected.add(textOf(row));
  count++;
}
if (count !== records) throw new Error(`The export has ${count} rows, not ${records}`);

count = 0;
let example = '';
for await (const row of readRows(theirs, format)) {
  const text = textOf(row);
  if (!expected.delete(text) && count % step === 0) example ||= text;
  count++;
}
if (count !== records) throw new Error(`${count} rows, not ${records}`);
if (expected.size > 0) {
  const [missing] = expected;
  throw new Error(
    `${expected.size} sampled rows of the export are missing, such as ${missing}; instead ${example}`,
  );
}

function textOf(row) {
  return JSON.stringify(columns.map((name) => canonical(row[name])));
}

function canonical(cell) {
  if (cell === null || cell === undefined) return '';
  if (Array.isArray(cell)) return cell.map(canonical);
  if (typeof cell !== 'string') return String(Number(cell));
  if (cell.startsWith('[')) return JSON.parse(cell).map(canonical);
  return NUMBER.test(cell) ? String(Number(cell)) : cell;
}
