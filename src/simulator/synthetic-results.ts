import { encodeJson } from './encode-json.js';
import { type JobResult, pagedResult } from './job-result.js';
import { mixBits } from './random.js';
import type { RecordList } from './record-list.js';
import { BLOCK_NUMBER, createSyntheticLists } from './synthetic-block.js';

/** Most records of a synthetic job. */
const MAX_SYNTHETIC_RECORDS = 1_000_000_000;

/** Length of a synthetic embedding. */
const EMBEDDING_DIMENSIONS = 32;

const CITIES = ['北京', 'Lagos', '东京', 'São Paulo', 'Wien', 'Austin, TX', '', 'Köln', '深圳', 'Oslo'];
const JOBS = ['artist', 'writer', 'engineer', 'student', 'farmer'];

/** The position inside the block as five digits; with the block number it makes the record's offset. */
function digits(position: number): string {
  return String(position).padStart(5, '0');
}

/** `v` and nine digits: the record's offset. */
function vertexId(position: number): string {
  return `v${BLOCK_NUMBER}${digits(position)}`;
}

/**
 * The text of a double in (0, 1) of at most 15 digits, last digit not 0: it is the shortest text of its value, so
 * every reader gives the same text back.
 */
function doubleText(hash: number): string {
  const high = String(1 + (hash % 999_999)).padStart(6, '0');
  const low = String((hash >>> 8) % 1000).padStart(3, '0');
  return `0.${high}${BLOCK_NUMBER}${low}${1 + (hash % 9)}`;
}

function pagerankRecord(position: number): string {
  return `{"${vertexId(position)}":${doubleText(mixBits(position))}}`;
}

/** Five properties: name, age, score, code, city; every eleventh vertex has no city, every thirteenth an empty name. */
function vertexRecord(position: number): string {
  const hash = mixBits(position + 1);
  const job = JOBS[hash % JOBS.length] ?? '';
  const name = position % 7 === 0 ? `用户 "${digits(position)}"` : `${job} ${digits(position)}`;
  const city = position % 11 === 0 ? '' : `,"city":[${encodeJson(CITIES[position % CITIES.length] ?? '')}]`;
  const nameText = encodeJson(position % 13 === 0 ? '' : name);
  // Beyond 2^53, below 2^63: 1, block number, 14 digits.
  const code = `1${BLOCK_NUMBER}${String(hash).padStart(10, '0')}${String(position % 10_000).padStart(4, '0')}`;
  const numbers = `"age":[${18 + (hash % 70)}],"score":[${doubleText(hash)}],"code":[${code}]`;
  const properties = `"name":[${nameText}],${numbers}${city}`;
  return `{"id":"${vertexId(position)}","label":"person","properties":{${properties}}}`;
}

/** Every source has three edges; targets lie in the same block, indexes tell parallel edges apart. */
function edgeRecord(position: number): string {
  const hash = mixBits(position + 2);
  const source = vertexId(Math.floor(position / 3));
  const target = vertexId(hash % 100_000);
  const day = `20${10 + (hash % 15)}-0${1 + (hash % 9)}-1${hash % 10}`;
  const ends = `"source":"${source}","target":"${target}","index":"${position}"`;
  return `{${ends},"label":"link","properties":{"weight":[${doubleText(hash)}],"since":["${day}"]}}`;
}

/** Two to six vertices; only its ends, which alone carry the block, tell blocks apart. */
function pathRecord(position: number): string {
  const inner = Array.from(
    { length: position % 5 },
    (_, step) => `"v0000${digits(mixBits(position + step) % 100_000)}"`,
  );
  const last = vertexId(mixBits(position + 3) % 100_000);
  return `[${[`"${vertexId(position)}"`, ...inner, `"${last}"`].join(',')}]`;
}

/** Numbers in (-1, 1) of at most six decimals, last digit not 0; the vertex alone carries the block. */
function embeddingRecord(position: number): string {
  const numbers = Array.from({ length: EMBEDDING_DIMENSIONS }, (_, dimension) => {
    const hash = mixBits(position * EMBEDDING_DIMENSIONS + dimension);
    const decimals = String(hash % 100_000).padStart(5, '0');
    return `${hash % 2 === 0 ? '' : '-'}0.${decimals}${1 + ((hash >>> 8) % 9)}`;
  });
  return `{"${vertexId(position)}":[${numbers.join(',')}]}`;
}

const LISTS: {
  readonly [kind: string]: { readonly key: string; readonly open: (total: number) => RecordList };
} = {
  pagerank: { key: 'pagerank', open: createSyntheticLists(pagerankRecord) },
  vertices: { key: 'vertices', open: createSyntheticLists(vertexRecord) },
  edges: { key: 'edges', open: createSyntheticLists(edgeRecord) },
  paths: { key: 'paths', open: createSyntheticLists(pathRecord) },
  embeddings: { key: 'embedding', open: createSyntheticLists(embeddingRecord) },
};

/**
 * The result of a job named `synthetic-KIND-N`, KIND being `pagerank`, `vertices`, `edges`, `paths` or `embeddings`;
 * undefined for any other name and for an N above 10^9. Records depend on kind and offset only.
 */
export function syntheticResult(jobId: string): JobResult | undefined {
  const match = /^synthetic-(pagerank|vertices|edges|paths|embeddings)-(0|[1-9]\d{0,9})$/.exec(jobId);
  const lists = LISTS[match?.[1] ?? ''];
  const total = Number(match?.[2]);
  if (lists === undefined || total > MAX_SYNTHETIC_RECORDS) return undefined;
  const after = lists.key === 'pagerank' ? { runtime: 0.35 } : {};
  return pagedResult(lists.key, lists.open(total), { after });
}
