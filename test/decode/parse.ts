import { parseChecked } from '../../src/decode/reference/parse-json.js';
import { JsonObject, type JsonValue } from '../../src/json-value.js';

/** The lossless value of a JSON text that a test wrote. */
export function parse(text: string): JsonValue {
  JSON.parse(text);
  return parseChecked(text);
}

export function parseObject(text: string): JsonObject {
  const value = parse(text);
  if (value instanceof JsonObject) return value;
  throw new TypeError(`no object: ${text}`);
}
