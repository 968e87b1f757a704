import { ConfigError } from '../errors.js';
import { JsonNumber, JsonObject, type JsonValue } from '../json-value.js';

/**
 * Parameters that are text on every algorithm page, whatever they look like: ids of vertices ("46"), lists of
 * them ("46,38"), names of properties and labels (ges_03_0078, 0080, 0082, 0083, 0085, 0088, 0090, 0143, 0145).
 */
const TEXT_PARAMETERS: ReadonlySet<string> = new Set([
  'source',
  'target',
  'sources',
  'targets',
  'seeds',
  'od_pairs',
  'weight',
  'label',
]);

/** A JSON number (RFC 8259, section 6). */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const WORDS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * `name=value` pairs as members of `parameters`. A value that is a JSON number, boolean, null, text in quotes,
 * array or object is that; anything else is text. `TEXT_PARAMETERS` are text always: a vertex or a property may be called
 * `null` or `true`, and null, which means the default (ges_03_0446), is what a parameter that is left out gets.
 *
 * @param parseJson gives a JSON text's value or throws
 * @throws ConfigError `CONFIG_INVALID` for a pair without a name, a name that comes twice, or broken JSON
 */
export function readParameters(pairs: readonly string[], parseJson: (text: string) => JsonValue): JsonObject {
  const members = new Map<string, JsonValue>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name === '') throw invalid(`--param "${pair}" must be name=value`);
    if (members.has(name)) throw invalid(`--param "${name}" is given twice`);
    members.set(name, readValue(name, pair.slice(at + 1), parseJson));
  }
  return new JsonObject([...members.keys()], [...members.values()]);
}

function readValue(name: string, text: string, parseJson: (text: string) => JsonValue): JsonValue {
  const trimmed = text.trim();
  if (trimmed.startsWith('"')) return readJson(name, trimmed, parseJson);
  if (TEXT_PARAMETERS.has(name)) return text;
  if (/^[[{]/.test(trimmed)) return readJson(name, trimmed, parseJson);
  if (NUMBER.test(trimmed)) return new JsonNumber(trimmed);
  const word = WORDS.get(trimmed);
  return word === undefined ? text : word;
}

function readJson(name: string, text: string, parseJson: (text: string) => JsonValue): JsonValue {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new ConfigError('CONFIG_INVALID', `--param "${name}" begins like JSON and is none: ${text}`, {
      cause,
    });
  }
}

function invalid(message: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', message);
}
