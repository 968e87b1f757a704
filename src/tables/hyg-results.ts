import type { JsonObject, JsonValue } from '../json-value.js';
import type { RecordList } from '../model.js';
import { detectShape } from './detect-shape.js';

/**
 * Whether an answer looks like the result of a HyG algorithm: it is called `complete`, or has a `result` beside the
 * status (ges_03_0446, ges_03_0536), and its records are not the vertices, edges or rows of a query, which other
 * editions answer under the same word. Nothing else in an answer names HyG.
 */
export function answersLikeHyg(
  statusWord: string | null,
  envelope: JsonObject,
  list: RecordList,
  first: JsonValue | undefined,
): boolean {
  const isComplete = statusWord?.trim().toLowerCase() === 'complete';
  if (!isComplete && envelope.get('result') === undefined) return false;
  if (first === undefined || list.members !== undefined) return false;
  const shape = detectShape(list.key, [first]);
  return shape !== 'element' && shape !== 'json';
}

/** 1, 2 or 5 with zeros behind it, from 1000: where a limit would cut, and seldom the size of a graph. */
function isRound(count: number): boolean {
  return /^[125]0{3,}$/.test(String(count));
}

function wholeRoute(jobId: string): string {
  return (
    'For the whole result run the algorithm with output {"format": "TXT", "mode": "FULL"}, then ' +
    `POST …/hyg/{graph_name}/jobs/{job_id}/export-result with "erase": false (ges_03_0530); job "${jobId}" stays as it is`
  );
}

/** The warning beside a finished export of such a result. */
export function hygWarning(jobId: string, records: number): string {
  const seen = isRound(records)
    ? `${records} records is such a round number that it probably did`
    : `compare the ${records} records with the number of vertices`;
  return `Job "${jobId}" answers as HyG does, which cuts a JSON result at a size that no page names (output mode TRUNCATED, the default): ${seen}. ${wholeRoute(jobId)}`;
}

/** The error where it declares more records than it gives. */
export function hygCutMessage(jobId: string, records: number, total: number): string {
  return `Job "${jobId}" answers as HyG does and gives nothing from record ${records} on, although it declares ${total}: the JSON result is cut (output mode TRUNCATED, the default). ${wholeRoute(jobId)}`;
}
