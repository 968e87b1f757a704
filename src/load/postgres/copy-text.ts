import type { LoadCell, LoadRow } from '../load-model.js';

const ESCAPED = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Rows in the text format of COPY: cells between tabs, `\N` for null, lists as array literals. */
export function copyText(rows: readonly LoadRow[]): string {
  let text = '';
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      if (i > 0) text += '\t';
      text += cellText(row[i] as LoadCell);
    }
    text += '\n';
  }
  return text;
}

function cellText(cell: LoadCell): string {
  if (cell === null) return '\\N';
  if (typeof cell === 'string') return escapeText(cell);
  return typeof cell === 'object' ? escapeText(`{${cell.map(elementText).join(',')}}`) : scalarText(cell);
}

function elementText(cell: Exclude<LoadCell, readonly unknown[]>): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'string') return `"${cell.replace(/["\\]/g, '\\$&')}"`;
  return scalarText(cell);
}

function scalarText(cell: boolean | bigint | number): string {
  return Object.is(cell, -0) ? '-0' : String(cell);
}

function escapeText(text: string): string {
  return text.replace(ESCAPED, (character) => ESCAPES[character] as string);
}
