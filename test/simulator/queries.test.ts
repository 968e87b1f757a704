import { expect, test } from 'vitest';
import { openSimulator } from './client.js';

type Edge = { source: string; target: string; properties: { count: [number] } };
type Vertex = { id: string; properties: Record<string, [unknown]> };

/** The graph as its own queries show it, and what answers queries about it. */
async function openQueries() {
  const simulator = await openSimulator({ pendingMs: 0, runningMs: 0 });
  const edges = (await simulator.outputs('edges'))['edges'] as unknown as Edge[];
  const vertices = (await simulator.outputs('vertices'))['vertices'] as unknown as Vertex[];
  const call = async (action: string, body: object) => {
    const reply = await simulator.send(action, { method: 'POST', body });
    return { httpStatus: reply.httpStatus, body: JSON.parse(reply.text) };
  };
  const graph = async (action: string, body: object) => {
    const { body: answer } = await call(`action?action_id=${action}`, body);
    return answer.data;
  };
  const after = (ids: readonly string[], most = 0) =>
    new Set(
      edges
        .filter(({ source, properties }) => ids.includes(source) && properties.count[0] >= most)
        .map((e) => e.target),
    );
  return { ...simulator, edges, vertices, call, graph, after };
}

const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id);
const condition = (leftvalue: object, predicate: string, value?: unknown) => ({
  property_filter: { leftvalue, predicate, rightvalue: value === undefined ? {} : { value } },
});
const busy = (count: number) => condition({ property_name: 'count' }, '>=', String(count));

test.each([
  ['=', 'GA', ({ state }: Record<string, string>) => state === 'GA'],
  ['!=', 'GA', ({ state }) => state !== 'GA'],
  ['<', 'CO', ({ state }) => String(state) < 'CO'],
  ['IN', ['GA', 'WA'], ({ state }) => ['GA', 'WA'].includes(String(state))],
  ['NOTIN', ['GA', 'WA'], ({ state }) => !['GA', 'WA'].includes(String(state))],
  ['IN', 'GA', () => false],
  ['PREFIX', 'N', ({ state }) => String(state).startsWith('N')],
  ['SUBSTRING', 'A', ({ state }) => String(state).includes('A')],
  ['CISUBSTRING', 'a', ({ state }) => String(state).includes('A')],
  ['REGEX', '[NC].', ({ state }) => /^[NC]/.test(String(state))],
  ['HAS', undefined, () => true],
  ['HASNOT', undefined, () => false],
] as [string, unknown, (properties: Record<string, string>) => boolean][])(
  'the filter %s %j takes the vertices that it describes',
  async (predicate, value, holds) => {
    const { graph, vertices } = await openQueries();
    const vertex_filter = condition({ property_name: 'state' }, predicate, value);
    const data = await graph('filtered-query', {
      vertices: [],
      filters: [{ operator: 'vertex', vertex_filter }],
    });
    const wanted = vertices.filter(({ properties }) => holds({ state: String(properties['state']?.[0]) }));
    expect(idsOf(data.vertices)).toEqual(idsOf(wanted));
  },
);

test('filters are nested with & and |, and compare labels, IDs and numbers', async () => {
  const { graph, vertices } = await openQueries();
  const both = (left: object, predicate: string, right: object) => ({
    property_filter: { leftvalue: left, predicate, rightvalue: right },
  });
  const south = condition({ property_name: 'latitude' }, '<', '25');
  const label = condition({ label_name: 'labelName' }, '=', 'airport');
  const atlanta = condition({ id: '' }, '=', 'ATL');
  const vertex_filter = both(both(south, '&', label), '|', atlanta);
  const data = await graph('filtered-query', {
    vertices: [],
    filters: [{ operator: 'vertex', vertex_filter }],
  });
  const wanted = vertices.filter(
    ({ id, properties }) => Number(properties['latitude']?.[0]) < 25 || id === 'ATL',
  );
  expect(wanted.length).toBeGreaterThan(3);
  expect(idsOf(data.vertices)).toEqual(idsOf(wanted));
});

test('filtered-query: what comes out of two layers, in all its forms', async () => {
  const { graph, edges, after } = await openQueries();
  const filters = [
    { operator: 'outV', edge_filter: busy(1000) },
    { operator: 'outV', edge_filter: busy(5000) },
  ];
  const query = (more: object) => graph('filtered-query', { vertices: ['ABE'], filters, ...more });
  const one = after(['ABE'], 1000);
  const two = after([...one], 5000);
  expect(two.size).toBeGreaterThan(1);
  expect(new Set(idsOf((await query({})).vertices))).toEqual(two);
  expect(new Set(idsOf((await query({ query_type: 'AllVertices' })).vertices))).toEqual(
    new Set(['ABE', ...one, ...two]),
  );
  const walked = edges.filter(
    ({ source, properties: { count } }) =>
      (source === 'ABE' && count[0] >= 1000) || (one.has(source) && count[0] >= 5000),
  );
  const simple = await query({ query_type: 'SimpleEdges' });
  expect(simple.edges).toHaveLength(walked.length);
  expect(Object.keys(simple.edges[0])).toEqual(['source', 'target', 'index', 'label']);
  const { paths } = await query({ query_type: 'Path' });
  const leaving = new Set(walked.filter(({ source }) => source !== 'ABE').map(({ source }) => source));
  const whole = walked.filter(({ source, target }) => source !== 'ABE' || leaving.has(target));
  expect(paths).toHaveLength(whole.length);
  const by = [{ id: true, properties: true, selectedProperties: ['state'] }];
  const [first] = (await query({ by })).vertices;
  expect([Object.keys(first), Object.keys(first.properties)]).toEqual([['id', 'properties'], ['state']]);
});

test('filtered-query: edges may come last or first', async () => {
  const { graph, edges } = await openQueries();
  const last = await graph('filtered-query', { vertices: ['ATL'], filters: [{ operator: 'in' }] });
  expect(last.edges).toEqual(edges.filter(({ target }) => target === 'ATL'));
  const filters = [{ operator: 'edge', edge_filter: busy(13000) }, { operator: 'outV' }];
  const first = await graph('filtered-query', { filters });
  const wanted = edges.filter(({ properties }) => properties.count[0] >= 13000).map(({ target }) => target);
  expect(new Set(idsOf(first.vertices))).toEqual(new Set(wanted));
});

test('filtered-query: visualized answers are not paged', async () => {
  const { call, outputs } = await openQueries();
  const body = {
    executionMode: 'async',
    visualized: true,
    vertices: ['ABE'],
    filters: [{ operator: 'outV' }],
  };
  const { jobId } = (await call('action?action_id=filtered-query', body)).body;
  expect(Object.keys(await outputs(jobId, '?limit=1'))).toEqual(['vertices']);
});

test('path-query: steps, emit, until, select and tree', async () => {
  const { graph, after } = await openQueries();
  const repeat = [{ operator: 'outV', edge_filter: busy(5000) }];
  const query = (more: object) => graph('path-query', { vertices: ['LAX'], repeat, ...more });
  const one = after(['LAX'], 5000);
  const two = after([...one], 5000);
  expect(new Set(idsOf((await query({})).vertices))).toEqual(two);
  expect(new Set(idsOf((await query({ emit: true })).vertices))).toEqual(new Set([...one, ...two]));
  const until = [{ vertex_filter: condition({ id: '' }, '!=', 'nowhere') }];
  expect(new Set(idsOf((await query({ until })).vertices))).toEqual(one);
  expect((await query({ limit: 1 })).vertices).toHaveLength(1);
  const { paths } = await query({ select: ['v0', 'v2'], by: [{ id: true }, { id: true }] });
  expect(paths.map((path: { id: string }[]) => idsOf(path))).toEqual(
    [...two].map(() => ['LAX', expect.any(String)]),
  );
  type Tree = { id: string; children: Tree[] };
  const [tree] = (await query({ queryType: 'Tree' })).vertices as [Tree];
  const middle = [...one].filter((id) => after([id], 5000).size > 0);
  expect([tree.id, new Set(idsOf(tree.children))]).toEqual(['LAX', new Set(middle)]);
  for (const { id, children } of tree.children) expect(new Set(idsOf(children))).toEqual(after([id], 5000));
});

test('filter queries of vertices and edges: predicates, and, or, order', async () => {
  const { run, vertices, edges } = await openQueries();
  const ask = async (kind: 'vertices' | 'edges', body: object) => {
    const reply = await run(body, `${kind}/action?action_id=query`);
    return JSON.parse(reply.text).data.outputs[kind];
  };
  const filters = [
    { propertyName: 'latitude', predicate: 'range', values: ['20', '25'] },
    { propertyName: 'state', predicate: '=', values: 'GA', type: 'or' },
    { propertyName: 'country', predicate: 'has', type: 'and' },
  ];
  const sorts = [{ key: 'property', propertyName: 'latitude', orderValue: 'decr' }];
  const found: Vertex[] = await ask('vertices', { vertexFilters: filters, sorts, limit: 100000 });
  const latitude = ({ properties }: Vertex) => Number(properties['latitude']?.[0]);
  const wanted = vertices.filter(
    (vertex) =>
      (latitude(vertex) >= 20 && latitude(vertex) <= 25) || vertex.properties['state']?.[0] === 'GA',
  );
  expect(wanted.length).toBeGreaterThan(5);
  expect(idsOf(found)).toEqual(idsOf(wanted.toSorted((a, b) => latitude(b) - latitude(a))));
  const edgeFilters = [{ propertyName: 'count', predicate: '>', values: [12000] }];
  expect(await ask('edges', { edgeFilters, limit: 100000 })).toEqual(
    edges.filter(({ properties }) => properties.count[0] > 12000),
  );
});

test('Cypher: vertices of a label, by ID and property; as an answer and as a job', async () => {
  const { call, status, vertices } = await openQueries();
  const ask = (statement: string, more: object = {}) =>
    call('action?action_id=execute-cypher-query', { statements: [{ statement, ...more }] });
  const text = 'match (n:airport) return id(n), n.state as state, n.none limit 3';
  const sync = await ask(text);
  const rows = vertices.slice(0, 3).map(({ id, properties }) => ({
    row: [id, properties['state']?.[0], null],
    meta: [null, null, null],
  }));
  const result = { columns: ['id(n)', 'state', 'n.none'], data: rows };
  expect(sync.body).toEqual({ results: [result], errors: [] });
  const submitted = (await ask(text, { executionMode: 'async', limit: 2 })).body.results[0];
  const job = JSON.parse((await status(submitted.jobId)).text);
  expect(job).toEqual({ results: [{ ...result, data: rows.slice(0, 2) }], errors: [], status: 'success' });
  const [whole] = (await ask('MATCH (a) RETURN a LIMIT 1')).body.results[0].data;
  expect(whole.meta).toEqual([{ id: vertices[0]?.id, type: 'node', labels: ['airport'] }]);
  expect(whole.row[0].state).toBe(vertices[0]?.properties['state']?.[0]);
});

const QUERY = 'action?action_id=filtered-query';
const PATHS = 'action?action_id=path-query';
const fuzzy = { operator: 'outV', vertex_filter: condition({ property_name: 'state' }, 'FUZZY', 'x') };
test.each([
  [QUERY, { vertices: ['ABE'] }, 'GES.8806', /filters/],
  [QUERY, { vertices: ['ABE'], filters: [fuzzy] }, 'GES.8806', /predicate \[FUZZY\] is not supported/],
  [QUERY, { vertices: ['ABE'], filters: [{ operator: 'out' }, { operator: 'out' }] }, 'GES.8806', /edges/],
  [
    QUERY,
    { executionMode: 'later', vertices: ['ABE'], filters: [{ operator: 'out' }] },
    'GES.8806',
    /sync or async/,
  ],
  [PATHS, { vertices: ['ABE'], repeat: [{ operator: 'out' }] }, 'GES.8806', /operator/],
  [PATHS, { vertices: ['ABE'], repeat: [{ operator: 'outV' }], times: 21 }, 'GES.8806', /times/],
  [PATHS, { vertices: ['ABE'], repeat: [{ operator: 'outV' }], select: ['v3'] }, 'GES.8806', /select \[v3\]/],
  [
    'vertices/action?action_id=query',
    { vertexFilters: [{ propertyName: 'a', predicate: 'full_text_match' }] },
    'GES.8201',
    /predicate/,
  ],
  ['edges/action?action_id=query', { labels: ['route'], sorts: [{ key: 'id' }] }, 'GES.8101', /sorts/],
])('%s %j is refused', async (action, body, code, words) => {
  const { call } = await openQueries();
  const reply = await call(action, body);
  expect([reply.httpStatus, reply.body.errorCode]).toEqual([400, code]);
  expect(reply.body.errorMessage).toMatch(words);
});

test('a Cypher statement that is not understood is refused in the form of its page', async () => {
  const { call } = await openQueries();
  for (const statement of [
    'match (n)-->(m) return m',
    'create (n)',
    'match (n) return m',
    'match (n) return count(*)',
  ]) {
    const reply = await call('action?action_id=execute-cypher-query', { statements: [{ statement }] });
    expect([reply.httpStatus, reply.body.results, reply.body.errors[0].code]).toEqual([400, [], 'GES.8000']);
  }
});
