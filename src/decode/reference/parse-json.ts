import { JsonNumber, JsonObject, type JsonValue } from '../../json-value.js';
import { invalidJson } from './syntax.js';

/**
 * Parses one JSON text, or a run of elements separated by commas, into lossless values.
 *
 * It takes only text that `JsonCursor` has walked: syntax is not checked a second time.
 */
class CheckedParser {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  value(): JsonValue {
    switch (this.#peek()) {
      case '"':
        return this.#string();
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case 't':
        this.#at += 4;
        return true;
      case 'f':
        this.#at += 5;
        return false;
      case 'n':
        this.#at += 4;
        return null;
      default:
        return this.#number();
    }
  }

  elements(): JsonValue[] {
    const values: JsonValue[] = [];
    while (this.#peek() !== undefined) {
      values.push(this.value());
      if (this.#peek() === ',') this.#at++;
    }
    return values;
  }

  #peek(): string | undefined {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return this.#text[this.#at];
      this.#at++;
    }
  }

  #object(): JsonObject {
    const keys: string[] = [];
    const values: JsonValue[] = [];
    this.#at++;
    while (this.#peek() !== '}') {
      keys.push(this.#string());
      this.#peek();
      this.#at++;
      values.push(this.value());
      if (this.#peek() === ',') {
        this.#at++;
        this.#peek();
      }
    }
    this.#at++;
    return new JsonObject(keys, values);
  }

  #array(): JsonValue[] {
    const values: JsonValue[] = [];
    this.#at++;
    while (this.#peek() !== ']') {
      values.push(this.value());
      if (this.#peek() === ',') this.#at++;
    }
    this.#at++;
    return values;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    let hasEscape = false;
    for (let code = text.charCodeAt(at); code !== 0x22; code = text.charCodeAt(at)) {
      if (code === 0x5c) {
        hasEscape = true;
        at++;
      }
      at++;
    }
    this.#at = at + 1;
    return hasEscape ? (JSON.parse(text.slice(start, at + 1)) as string) : text.slice(start + 1, at);
  }

  #number(): JsonNumber {
    const start = this.#at;
    let at = start;
    for (;;) {
      const code = this.#text.charCodeAt(at);
      const isPart =
        (code >= 0x30 && code <= 0x39) ||
        code === 0x2d ||
        code === 0x2b ||
        code === 0x2e ||
        (code | 0x20) === 0x65;
      if (!isPart) break;
      at++;
    }
    if (at === start) throw invalidJson('no value', at);
    this.#at = at;
    return new JsonNumber(this.#text.slice(start, at));
  }
}

/** The value of a checked JSON text. */
export function parseChecked(text: string): JsonValue {
  return new CheckedParser(text).value();
}

/** The values of checked JSON texts with commas between them. */
export function parseCheckedElements(text: string): JsonValue[] {
  return new CheckedParser(text).elements();
}

/** The members of a checked JSON object, without its braces: an object of one key each. */
export function parseCheckedMembers(text: string): JsonObject[] {
  const { keys, values } = parseChecked(`{${text}}`) as JsonObject;
  return keys.map((key, index) => new JsonObject([key], [values[index] as JsonValue]));
}
