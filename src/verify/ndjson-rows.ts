import { JsonObject, type JsonValue } from '../json-value.js';
import type { Column, StoredFile } from '../model.js';
import { shown } from './disagreement.js';
import type { FileLayout } from './file-layout.js';
import { readText } from './read-text.js';
import { FileProblem, type RowBatch, RowProblem, type Wanted } from './row-batch.js';

/** @throws FileProblem when the last line does not end */
export async function* readNdjsonRows(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  wanted: Wanted,
): AsyncGenerator<RowBatch> {
  let first = 0;
  let rest = '';
  for await (const text of readText(file)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    const count = lines.length;
    if (count > 0 && wanted(first, count)) {
      yield {
        first,
        count,
        problems: [],
        cells: (index) => ndjsonRow(lines[index] as string, columns, layout),
      };
    }
    first += count;
  }
  if (rest !== '') throw new FileProblem('ends in the middle of a row');
}

/** The cells of one line. @throws RowProblem when it is no row of the table */
export function ndjsonRow(
  line: string,
  columns: readonly Column[],
  layout: FileLayout,
): readonly JsonValue[] {
  const value = parseLine(line, layout);
  if (layout.raw && columns.length === 1) return [value];
  if (!(value instanceof JsonObject)) throw new RowProblem(`is no object: ${shown(line)}`);
  const isSame =
    value.keys.length === columns.length && columns.every(({ name }, index) => value.keys[index] === name);
  if (!isSame) {
    const keys = shown(JSON.stringify(value.keys));
    throw new RowProblem(`has the keys ${keys}, not those of its table`);
  }
  return value.values;
}

function parseLine(line: string, layout: FileLayout): JsonValue {
  try {
    return layout.parseJson(line);
  } catch {
    throw new RowProblem(`is not valid JSON: ${shown(line)}`);
  }
}
