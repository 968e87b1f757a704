import type { JsonValue } from '../../json-value.js';
import { JsonCursor } from './json-cursor.js';
import { parseChecked } from './parse-json.js';

/**
 * The lossless value of one JSON text.
 *
 * @throws PageError `PAGE_INVALID`, with the byte offset, when it is not one
 */
export function parseText(text: string): JsonValue {
  const cursor = new JsonCursor(Buffer.from(text));
  cursor.skipValue(0);
  cursor.expectEnd();
  return parseChecked(text);
}
