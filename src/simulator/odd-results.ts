import type { VertexRecord } from './elements.js';
import { type JobResult, pagedResult } from './job-result.js';
import { createRandom } from './random.js';
import { listOf } from './record-list.js';

const ODD_VERTICES: readonly VertexRecord[] = [
  {
    id: '莎拉',
    label: 'odd',
    properties: { Name: ['莎拉'], 'Zip-code': ['55105'], '薇 name': ['薇薇安'], big: [9223372036854775807n] },
  },
  { id: '', label: 'odd', properties: { Name: [''], 'Zip-code': ['00000'], tags: [''], scores: [] } },
  {
    id: 'quote"comma,back\\slash',
    label: 'odd',
    properties: { Name: ['He said "hi", then left\\'], '薇 name': ["it's"], big: [-9223372036854775808n] },
  },
  {
    id: 'line\nbreak',
    label: 'odd',
    properties: { Name: ['first\nsecond\r\nthird\tend'], big: [9007199254740993n], scores: [1, 2, 2, 3] },
  },
  {
    id: 'control',
    label: 'odd',
    properties: { Name: ['bell\u0007 escape\u001b unit\u001f delete\u007f line\u2028 paragraph\u2029'] },
  },
  { id: '𝄞', label: 'odd', properties: { Name: ['🛫 Zürich 👩‍👩‍👧 𠮷'], tags: ['✈️', '机场', 'a;b'] } },
  {
    id: '=1+1',
    label: 'odd',
    properties: { Name: ['=cmd|calc'], 'Zip-code': ['+1'], '薇 name': ['-2'] },
  },
  { id: '-1', label: 'odd', properties: { Name: ['@SUM(A1)'], ratio: [-1e-7], big: [0] } },
  {
    id: '007',
    label: 'odd',
    properties: { Name: ['null'], 'Zip-code': ['NULL'], ratio: [1.7976931348623157e308] },
  },
  { id: '__proto__', label: 'odd', properties: { Name: ['constructor'], ratio: [5e-324] } },
  { id: ' padded ', label: 'odd', properties: { Name: [' both ends '], 'Zip-code': ['\ufeffmark'] } },
  { id: 'bare', label: 'odd', properties: {} },
];

/** Scores of two spellings a reader may round; used where only the paging matters. */
function scores(count: number) {
  const random = createRandom(count);
  return listOf(Array.from({ length: count }, (_, index) => ({ [`v${index}`]: random() })));
}

/** Small results for shapes and values that the airports do not show; each says which page it follows. */
export const ODD_RESULTS: {
  readonly [jobId: string]: { readonly algorithm: string; readonly result: JobResult };
} = {
  'odd-vertices': { algorithm: '', result: pagedResult('vertices', listOf(ODD_VERTICES)) },
  'empty-vertices': { algorithm: '', result: pagedResult('vertices', listOf([])) },
  // No documented shape: readers must neither refuse nor lose it.
  'unknown-shape': {
    algorithm: 'community_tree',
    result: pagedResult(
      'trees',
      listOf([
        { root: { id: 'a', children: [{ id: 'b', children: [] }] }, depth: [2, [1]], ok: true },
        { root: null, depth: [], ok: false, note: { 'a.b': 1e21, '': [null] } },
        [1, { x: [true] }, 'mixed'],
      ]),
      { after: { runtime: 0.1 } },
    ),
  },
  // A list without data_total_size (filtered all-pairs page, visualized queries).
  'no-total': {
    algorithm: 'pagerank',
    result: { ...pagedResult('pagerank', scores(250), { after: { runtime: 0.1 } }), hasTotal: false },
  },
  // The newest revision of ges_03_0077 (Chinese, November 2025) names `results` with id and pagerank.
  'pagerank-results': {
    algorithm: 'pagerank',
    result: pagedResult(
      'results',
      listOf([
        { id: 'ATL', pagerank: 0.25 },
        { id: 'ORD', pagerank: 0.125 },
      ]),
      { after: { runtime: 0.1 } },
    ),
  },
};
