import { createHash } from 'node:crypto';
import { canonicalJson } from '../../json-value.js';
import { parseChecked } from './parse-json.js';

/** A record whose text is longer than this many characters is remembered by its digest. */
export const MAX_MARK_TEXT = 1024;

/**
 * What tells a record from others: its JSON text, or `#` and its SHA-256 (hex) where the text is long. To be compared
 * with `isSameRecord` only.
 */
export function recordMark(text: string): string {
  return text.length <= MAX_MARK_TEXT ? text : digestOf(text);
}

/** Whether two marks are of equal records, whatever white space and order of members their texts had. */
export function isSameRecord(one: string, other: string): boolean {
  return one === other || digestOf(one) === digestOf(other);
}

function digestOf(mark: string): string {
  if (mark.startsWith('#')) return mark;
  return `#${createHash('sha256')
    .update(canonicalJson(parseChecked(mark)))
    .digest('hex')}`;
}
