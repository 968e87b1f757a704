import { createHash } from 'node:crypto';
import { PageError } from '../errors.js';
import { canonicalJson, isJsonArray, JsonObject, type JsonValue } from '../json-value.js';
import type { DecodedBody, RecordList } from '../model.js';

/**
 * The same answer with every secret blotted out of what stands beside the records: that comes to the manifest, to
 * warnings and to messages. Records are data and stay as they came.
 *
 * @param isBeside whether a list stands beside the records, such as `sources`
 * @throws PageError `PAGE_INVALID` for a list whose name holds a secret: the name would be that of table and folder
 */
export function hideSecrets(
  body: DecodedBody,
  clean: (text: string) => string,
  isBeside: (list: string) => boolean,
): DecodedBody {
  const hidden = hideIn(body.envelope, clean);
  const envelope = hidden instanceof JsonObject ? hidden : body.envelope;
  for (const { key } of body.lists) if (clean(key) !== key) throw secretName(`a list "${clean(key)}"`);
  const lists = body.lists.map((list) => (isBeside(list.key) ? hideInList(list, clean) : list));
  const isSame = envelope === body.envelope && lists.every((list, index) => list === body.lists[index]);
  return isSame ? body : { ...body, envelope, lists, release: () => body.release() };
}

/** @param what has the name, as messages may tell it */
export function secretName(what: string): PageError {
  return new PageError(
    'PAGE_INVALID',
    `The server gives ${what}: *** stands for the token, or for another secret of this command`,
    {
      retryable: false,
      action: 'Check what answers at the endpoint; where the secret is a word of the data, change the secret',
    },
  );
}

/** The value itself where it holds no secret. */
function hideIn(value: JsonValue, clean: (text: string) => string): JsonValue {
  if (typeof value === 'string') return clean(value);
  if (isJsonArray(value)) {
    const items = value.map((item) => hideIn(item, clean));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!(value instanceof JsonObject)) return value;
  const keys = value.keys.map(clean);
  const values = value.values.map((member) => hideIn(member, clean));
  const isSame =
    keys.every((key, index) => key === value.keys[index]) &&
    values.every((member, index) => member === value.values[index]);
  return isSame ? value : new JsonObject(keys, values);
}

function hideInList(list: RecordList, clean: (text: string) => string): RecordList {
  const before = [...list.batches()].flat();
  const records = before.map((record) => hideIn(record, clean));
  if (records.every((record, index) => record === before[index])) return list;
  return {
    ...list,
    count: records.length,
    *batches() {
      yield records;
    },
    digest(from, to) {
      const hash = createHash('sha256');
      for (const record of records.slice(from, to)) hash.update(`${canonicalJson(record)}\n`);
      return hash.digest('hex');
    },
  };
}
