import { expect, it } from 'vitest';
import { JsonObject } from '../../src/json-value.js';
import type { Column } from '../../src/model.js';
import { ndjsonFormat } from '../../src/sinks/ndjson-sink.js';
import { encode } from './part-in-memory.js';
import { number } from './table-fixtures.js';

it('writes all columns in their order, null as null, digits unchanged, lists and JSON nested', async () => {
  const columns: Column[] = [
    { name: '10', type: 'string', nullable: true },
    { name: '2', type: 'int64', nullable: true },
    { name: '__proto__', type: 'double', nullable: true },
    { name: 'a "b"', type: 'list<double>', nullable: true },
    { name: 'json', type: 'json', nullable: true },
  ];
  const json = new JsonObject(['__proto__', '1', '1'], [number('1.0'), 'x', [null]]);
  const rows = [
    ['\n\u{1F600}', number('9223372036854775807'), number('1.50e2'), [number('0.10'), null], json],
    [null, null, null, null, null],
    ['', number(0), number('-0.0'), [], '"'],
  ];
  expect((await encode(ndjsonFormat, columns, [rows])).toString()).toBe(
    '{"10":"\\n\u{1F600}","2":9223372036854775807,"__proto__":1.50e2,"a \\"b\\"":[0.10,null],"json":{"__proto__":1.0,"1":"x","1":[null]}}\n' +
      '{"10":null,"2":null,"__proto__":null,"a \\"b\\"":null,"json":null}\n' +
      '{"10":"","2":0,"__proto__":-0.0,"a \\"b\\"":[],"json":"\\""}\n',
  );
});

it('keeps a lone surrogate as its escape in JSON', async () => {
  const columns: Column[] = [{ name: 'a', type: 'json', nullable: false }];
  const text = (await encode(ndjsonFormat, columns, [[['x\uD800']]])).toString();
  expect(text).toBe('{"a":"x\\ud800"}\n');
  expect(JSON.parse(text)).toEqual({ a: 'x\uD800' });
});
