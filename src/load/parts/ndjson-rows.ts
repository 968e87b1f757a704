import type { Readable } from 'node:stream';
import { VerifyError } from '../../errors.js';
import { JsonObject, type JsonValue } from '../../json-value.js';
import type { Column, PartFile } from '../../model.js';
import type { LoadCell, LoadRow } from '../load-model.js';
import { cellOfJson } from './cell-value.js';
import { damagedPart } from './damaged-part.js';

export interface NdjsonPart {
  readonly file: PartFile;
  readonly columns: readonly Column[];
  readonly raw: boolean;
  readonly parseJson: (text: string) => JsonValue;
}

/** @throws VerifyError `VERIFY_FAILED` */
export async function* ndjsonRows(stream: Readable, part: NdjsonPart): AsyncIterable<readonly LoadRow[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  let rowNumber = 0;
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n');
    rest = lines.pop() as string;
    yield lines.map((line) => ndjsonRow(line, ++rowNumber, part));
  }
  if (rest !== '') throw damagedPart(part.file, 'ends in the middle of a row');
}

/**
 * @param rowNumber from 1
 * @throws VerifyError `VERIFY_FAILED`
 */
export function ndjsonRow(line: string, rowNumber: number, part: NdjsonPart): LoadRow {
  const { columns, file, raw } = part;
  const value = part.parseJson(line);
  const cells = raw ? [value] : value instanceof JsonObject ? value.values : null;
  if (cells === null || cells.length !== columns.length)
    throw new VerifyError('VERIFY_FAILED', `"${file.path}", row ${rowNumber} does not hold the columns`);
  return columns.map((column, index): LoadCell => {
    const cell = cellOfJson(cells[index] as JsonValue, column);
    if (cell !== undefined) return cell;
    throw new VerifyError(
      'VERIFY_FAILED',
      `"${file.path}", row ${rowNumber}: no ${column.type} in column "${column.name}"`,
    );
  });
}
