// The floor: the pages of a job, four requests at a time, their bodies dropped as they come. Arguments: kind, records.
import { Pool } from 'undici';
import { PAGE_SIZE } from '../jobs.mjs';

const CONNECTIONS = 4;

const [kind, recordsText] = process.argv.slice(2);
const { GES_ENDPOINT, GES_PROJECT_ID, GES_GRAPH, GES_TOKEN } = process.env;
const records = Number(recordsText);
const pool = new Pool(GES_ENDPOINT, { connections: CONNECTIONS, pipelining: 1 });

let nextOffset = 0;
async function dropPages() {
  while (nextOffset < records) {
    const offset = nextOffset;
    nextOffset += PAGE_SIZE;
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: `/ges/v1.0/${GES_PROJECT_ID}/graphs/${GES_GRAPH}/jobs/synthetic-${kind}-${records}/status?offset=${offset}&limit=${PAGE_SIZE}`,
      headers: { 'x-auth-token': GES_TOKEN, 'accept-encoding': 'gzip' },
    });
    if (statusCode !== 200) throw new Error(`HTTP ${statusCode} at offset ${offset}`);
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    if (bytes === 0) throw new Error(`No bytes at offset ${offset}`);
  }
}

await Promise.all(Array.from({ length: CONNECTIONS }, dropPages));
await pool.close();
