import { expect, test } from 'vitest';
import { isJsonArray } from '../../src/json-value.js';
import { detectShape } from '../../src/tables/detect-shape.js';
import { parse } from '../decode/parse.js';

function shapeOf(key: string, text: string) {
  const records = parse(text);
  if (!isJsonArray(records)) throw new TypeError('no array');
  return detectShape(key, records);
}

test.each([
  ['betweenness', '[{"a": 1}]', 'keyed'],
  ['betweenness', '[{"source": "a", "target": "b", "betweenness": 1}]', 'object'],
  ['vertices', '["a", "b"]', 'id'],
  ['vertices', '[{"id": "a", "label": "x", "properties": {}}]', 'element'],
  ['vertices', '[{"id": "a", "label": "x"}]', 'element'],
  ['edges', '[{"source": "a", "target": "b", "properties": {}}]', 'element'],
  ['edges', '[{"source": "a", "target": "b"}, {"source": "a", "target": "b", "properties": {}}]', 'element'],
  ['embedding', '[{"a": [0.5]}]', 'keyed'],
  ['community', '[{"id": "a"}]', 'keyed'],
  ['vertices', '[{"id": "a"}]', 'object'],
  ['temporal_bfs', '[{"a": {"dist": 1}}]', 'keyed-object'],
  ['results', '[{"id": "a", "pagerank": 1}]', 'object'],
  ['paths', '[["a", "b"], []]', 'path'],
  ['paths', '[[]]', 'path'],
  ['circles', '[[{"source": "a", "target": "b"}], []]', 'edge-circle'],
  ['circles', '[[{"source": "a"}]]', 'json'],
  ['batch_paths', '[{"source": "a", "target": "b", "paths": []}]', 'path-group'],
  ['things', '[{"a": [[1]]}]', 'json'],
  ['things', '[{"a": {}, "b": {}}]', 'json'],
  ['things', '[{}]', 'json'],
  ['things', '["a", {"a": 1}]', 'json'],
  ['things', '[["a"], "a"]', 'json'],
  ['path', '["a", "b"]', 'path'],
])('%s of %s is %s', (key, text, shape) => {
  expect(shapeOf(key, text)).toBe(shape);
});

test.each([
  ['pagerank', 'keyed'],
  ['vertices', 'element'],
  ['edges', 'element'],
  ['paths', 'path'],
  ['batch_paths', 'path-group'],
  ['things', 'json'],
  ['constructor', 'json'],
  ['__proto__', 'json'],
])('an empty list named %s is taken for %s', (key, shape) => {
  expect(shapeOf(key, '[]')).toBe(shape);
});
