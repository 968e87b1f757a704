/** Records a request may ask for at most (ges_03_0037); what every contender asks for, unless a case says otherwise. */
export const PAGE_SIZE = 100_000;

/**
 * The synthetic jobs of the simulator: `list` names the records in the answer, `columns` are those of the table,
 * and `weight` is the part of `--records` that is enough for a job that is not in the targets.
 */
export const JOBS = {
  vertices: {
    list: 'vertices',
    columns: ['id', 'label', 'name', 'age', 'score', 'code', 'city'],
    weight: 1,
  },
  pagerank: { list: 'pagerank', columns: ['vertex_id', 'pagerank'], weight: 1 },
  edges: {
    list: 'edges',
    columns: ['source', 'target', 'index', 'label', 'weight', 'since'],
    weight: 0.4,
  },
  paths: { list: 'paths', columns: ['path_id', 'vertices'], weight: 0.4 },
  embeddings: { list: 'embedding', columns: ['vertex_id', 'embedding'], weight: 0.2 },
};

export const FORMATS = ['csv', 'ndjson', 'parquet'];
