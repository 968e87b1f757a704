import { PAGE_SIZE } from '../jobs.mjs';

const REQUEST = 'curl --silent --show-error --fail --compressed -H "X-Auth-Token: $GES_TOKEN"';
const PARALLEL = '--parallel --parallel-max 4';

/** Shell text that downloads all pages of a job, four at a time, and drops them. */
export function dropPages(run) {
  return `${REQUEST} ${PARALLEL} ${pages(run, () => '-o /dev/null')}`;
}

/** Shell text that writes all pages to standard output, one behind the other. */
export function streamPages(run) {
  return `${REQUEST} ${pages(run, () => '')}`;
}

/** Shell text that stores all pages as `page-OFFSET.json` in `run.out`, four at a time. */
export function storePages(run) {
  const file = (offset) => `-o '${run.out}/page-${String(offset).padStart(9, '0')}.json'`;
  return `${REQUEST} ${PARALLEL} ${pages(run, file)}`;
}

function pages({ kind, records }, output) {
  const job = `$GES_ENDPOINT/ges/v1.0/$GES_PROJECT_ID/graphs/$GES_GRAPH/jobs/synthetic-${kind}-${records}/status`;
  const offsets = Array.from({ length: Math.ceil(records / PAGE_SIZE) }, (_, page) => page * PAGE_SIZE);
  return offsets.map((offset) => `${output(offset)} "${job}?offset=${offset}&limit=${PAGE_SIZE}"`).join(' ');
}
