import { expect, test } from 'vitest';
import { readParameters } from '../../src/config/parameters.js';
import { parseText } from '../../src/decode/reference/parse-text.js';
import { stringifyJson } from '../../src/json-value.js';

const read = (...pairs: string[]) => stringifyJson(readParameters(pairs, parseText));

test.each([
  ['alpha=0.85', '{"alpha":0.85}'],
  ['k=-3', '{"k":-3}'],
  ['convergence=1e-5', '{"convergence":1e-5}'],
  ['big=9223372036854775807', '{"big":9223372036854775807}'],
  ['directed=true', '{"directed":true}'],
  ['weight=null', '{"weight":"null"}'],
  ['limit=null', '{"limit":null}'],
  ['mode=OUT', '{"mode":"OUT"}'],
  ['name=', '{"name":""}'],
  ['code=0000', '{"code":"0000"}'],
  ['code=.5', '{"code":".5"}'],
  ['code="12"', '{"code":"12"}'],
  ['flag=True', '{"flag":"True"}'],
  ['note=a=b=c', '{"note":"a=b=c"}'],
  ['note= two  words ', '{"note":" two  words "}'],
  ['edges=[1, "2"]', '{"edges":[1,"2"]}'],
  [
    'dynamicRange={"start":"1", "end":9223372036854775807}',
    '{"dynamicRange":{"start":"1","end":9223372036854775807}}',
  ],
])('%s', (pair, json) => {
  expect(read(pair)).toBe(json);
});

test('the ID of a vertex is text, whatever it looks like', () => {
  expect(read('source=46', 'targets=[38', 'label=true', 'seeds="46,38"')).toBe(
    '{"source":"46","targets":"[38","label":"true","seeds":"46,38"}',
  );
});

test.each([
  [['alpha'], '--param "alpha" must be name=value'],
  [['=3'], '--param "=3" must be name=value'],
  [['k=1', 'k=2'], '--param "k" is given twice'],
  [['edges=[1,'], '--param "edges" begins like JSON and is none: [1,'],
  [['source="46'], '--param "source" begins like JSON and is none: "46'],
])('%j is refused', (pairs, message) => {
  expect(() => read(...pairs)).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID', message }));
});
