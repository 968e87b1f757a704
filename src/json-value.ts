/**
 * JSON without loss: numbers keep their digits, objects keep key order and repeated keys.
 *
 * `JSON.parse` rounds integers beyond 2^53, drops all but the last of repeated keys and moves integer-like keys to
 * the front; property values of GES are 64-bit (`long`) and its ids are arbitrary strings.
 */
export type JsonValue = null | boolean | string | JsonNumber | JsonObject | readonly JsonValue[];

/** A number as the server wrote it. */
export class JsonNumber {
  /** A valid JSON number (RFC 8259, section 6). */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** True when the text has neither fraction nor exponent. */
  get isInteger(): boolean {
    return /^-?\d+$/.test(this.text);
  }
}

/** An object as a list of members, in the order of the text. */
export class JsonObject {
  readonly keys: readonly string[];
  readonly values: readonly JsonValue[];

  constructor(keys: readonly string[], values: readonly JsonValue[]) {
    this.keys = keys;
    this.values = values;
  }

  /** The first member of that name; `undefined` when there is none. */
  get(key: string): JsonValue | undefined {
    const index = this.keys.length > FEW_KEYS ? indexOf(this, key) : this.keys.indexOf(key);
    return index < 0 ? undefined : this.values[index];
  }
}

/** Up to so many keys, looking through them is faster than keeping an index. */
const FEW_KEYS = 64;
const indexes = new WeakMap<JsonObject, ReadonlyMap<string, number>>();

function indexOf(object: JsonObject, key: string): number {
  let index = indexes.get(object);
  if (index === undefined) {
    const { keys } = object;
    // Backwards, so that of repeated keys the first stays.
    index = new Map(keys.map((_, at) => [keys[keys.length - 1 - at] as string, keys.length - 1 - at]));
    indexes.set(object, index);
  }
  return index.get(key) ?? -1;
}

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The same text for the same value, whatever white space and order of members it came with. */
export function canonicalJson(value: JsonValue): string {
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!(value instanceof JsonObject)) return stringifyJson(value);
  const members = value.keys.map(
    (key, index) => `${JSON.stringify(key)}:${canonicalJson(value.values[index] as JsonValue)}`,
  );
  return `{${members.sort().join(',')}}`;
}

/**
 * The compact JSON text of a value: no white space, numbers with their own digits, members in their own order.
 * A lone surrogate is written as its `\uXXXX` escape, so the text is always valid UTF-8.
 */
export function stringifyJson(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof JsonObject) {
    let text = '{';
    for (let i = 0; i < value.keys.length; i++) {
      if (i > 0) text += ',';
      text += `${JSON.stringify(value.keys[i])}:${stringifyJson(value.values[i] as JsonValue)}`;
    }
    return `${text}}`;
  }
  let text = '[';
  for (let i = 0; i < value.length; i++) {
    if (i > 0) text += ',';
    text += stringifyJson(value[i] as JsonValue);
  }
  return `${text}]`;
}
