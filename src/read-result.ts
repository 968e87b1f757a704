import type { JobAnswer } from './client/ges-client.js';
import type { DecodedBody } from './model.js';
import { readCypherRows } from './tables/cypher-rows.js';
import { withLists } from './tables/derived-list.js';
import { readLoneRecords } from './tables/lone-records.js';
import { splitGroups } from './tables/split-groups.js';

/**
 * Brings an answer into the form of every result: rows as records, in the unit that the server counts. An answer
 * that has it already comes back itself.
 */
export function readResult({ envelope, body }: JobAnswer): DecodedBody {
  const result = readLoneRecords(readCypherRows(body), envelope.total);
  const lists = result.lists
    // Cypher names its errors also where there are none (ges_03_0336).
    .filter((list) => list.key !== 'errors' || list.count > 0)
    .map((list) => splitGroups(list, envelope.declared) ?? list);
  const isSame = lists.length === body.lists.length && lists.every((list, at) => list === body.lists[at]);
  return isSame ? body : withLists(result, lists);
}
