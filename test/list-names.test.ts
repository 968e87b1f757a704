import { expect, test } from 'vitest';
import { createListNames } from '../src/list-names.js';
import { decode } from './decode/decode-text.js';

/** Whether answers one after the other, each a member of `outputs`, are taken for one list under two names. */
async function refusal(...answers: readonly string[]): Promise<string | null> {
  const names = createListNames();
  for (const [page, lists] of answers.entries()) {
    const body = await decode(`{"data":{"outputs":{${lists}}},"status":"success"}`);
    try {
      names.check(body.lists, page * 100);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return null;
}

const VERTEX = '[{"id":"a","label":"x","properties":{}}]';
const EDGE = '[{"source":"a","target":"b","label":"x","properties":{}}]';

test.each([
  ['vertices under two names', [`"vertices":${VERTEX}`, `"vertex":${VERTEX}`]],
  ['scores', ['"pagerank":[{"a":1}]', '"pagerank":[]', '"rank":[{"b":2}]']],
  ['paths', ['"paths":[["a","b"]]', '"path_list":[["b","c"]]']],
])('%s are refused', async (_, answers) => {
  expect(await refusal(...answers)).toMatch(
    /^The records are in the list "\w+" at offset 0, and in "\w+" at offset [12]00: no answer has both/,
  );
});

test.each([
  ['vertices and edges behind them', [`"vertices":${VERTEX}`, `"edges":${EDGE}`]],
  ['two lists that were once together', ['"a":[["x"]],"b":[["y"]]', '"b":[["y"]]', '"a":[["x"]]']],
  ['two lists, one of them empty', ['"a":[["x"]],"b":[]', '"a":[],"b":[["y"]]']],
  ['a list that repeats what was asked', ['"score":["a"]', '"sources":["a"]']],
])('%s are not', async (_, answers) => {
  expect(await refusal(...answers)).toBeNull();
});
