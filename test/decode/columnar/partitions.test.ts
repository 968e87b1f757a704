import { describe, expect, test } from 'vitest';
import type { WindowDecoder } from '../../../src/decode/columnar/window-decoder.js';
import { FORMATS, type PlannedColumn, type TablePlan } from '../../../src/model.js';
import { MAX_PARTITIONS } from '../../../src/partition.js';
import { chunksOf } from '../decode-text.js';
import { compare, pageHeaders } from './compare-engines.mjs';
import { engines } from './engines.js';
import type { TestCase } from './random-case.mjs';
import { answerOf, caseOf, decoderFor, tableOf } from './table-cases.js';

const member = (name: string, type: PlannedColumn['type']): PlannedColumn => ({
  name,
  type,
  nullable: true,
  source: 'member',
  member: name,
});
const OVERFLOW: PlannedColumn = { name: '_overflow', type: 'json', nullable: true, source: 'overflow' };
const COLUMNS = [
  member('text', 'string'),
  member('number', 'int64'),
  member('yes', 'boolean'),
  member('more', 'json'),
  member('list', 'list<string>'),
  member('real', 'double'),
  OVERFLOW,
];
const dealt = (...partitionBy: string[]): TablePlan => ({
  ...tableOf('rows', 'object', COLUMNS),
  partitionBy,
});

async function expectSame(test: TestCase) {
  const { problem, tables, files } = await compare(engines, test);
  expect(problem).toBeNull();
  return {
    partitions: tables?.map(({ name }) => name.slice('rows'.length)),
    files: files as readonly Buffer[],
  };
}

/** Partitions and their rows, of the window that the decoder has read. */
async function blocksOf(decoder: WindowDecoder) {
  const [encoded] = await decoder.endWindow();
  return encoded?.partitions?.map(({ partition, rows, pieces }) => ({
    partition,
    rows,
    text: Buffer.concat(pieces).toString(),
  }));
}

describe.each(FORMATS)('both engines deal out the same in %s', (format) => {
  test.each<[string, string[], string[]]>([
    ['"a"', ['"a"', '"b"', 'null', '""', '"a"'], ['["a"]', '["b"]', '[null]', '[""]']],
    [
      'texts in several writings',
      ['"\\u4e1c京"', '"东\\u4EAC"', '"\\ud83d\\ude00"', '"😀"', '"\\ud800"', '"\ufffd"', '" "', '"%2F/="'],
      ['["东京"]', '["😀"]', '[null]', '["\ufffd"]', '[" "]', '["%2F/="]'],
    ],
    ['what does not fit', ['1', 'true', '["a","b"]', '{"a":1}', '"1"'], ['[null]', '["1"]']],
  ])('by text: %s', async (_, values, expected) => {
    const records = values.map((value, index) => `{"number":${index},"text":${value},"list":["x",null]}`);
    const { partitions } = await expectSame(caseOf(dealt('text'), format, [answerOf('rows', records)]));
    expect(partitions).toEqual(expected);
  });

  test('by numbers and booleans, in the order of the columns', async () => {
    const records = [
      '{"yes":true,"number":0,"text":"a"}',
      '{"text":"b","number":-0,"yes":true}',
      '{"number":"0","yes":true}',
      '{"number":9007199254740993}',
      '{"number":9223372036854775807,"yes":false,"unknown":[1e400,"\\ud800"]}',
      '{"number":9223372036854775808,"yes":false}',
      '{"number":1.0}',
      '{}',
      '{"number":0,"yes":true,"more":{"b": 1.50,"a":"\\ud800\\n"},"real":1e-7}',
      '17',
    ];
    const { partitions } = await expectSame(
      caseOf(dealt('yes', 'number'), format, [answerOf('rows', records)]),
    );
    expect(partitions).toEqual([
      '["true","0"]',
      '["true",null]',
      '[null,"9007199254740993"]',
      '["false","9223372036854775807"]',
      '["false",null]',
      '[null,null]',
    ]);
  });

  test('rows of one record in several partitions', async () => {
    const plan: TablePlan = {
      ...tableOf('rows', 'path-long', [
        { name: 'path_id', type: 'int64', nullable: false, source: 'record-offset' },
        { name: 'position', type: 'int64', nullable: false, source: 'position' },
        { name: 'vertex_id', type: 'string', nullable: true, source: 'value' },
      ]),
      partitionBy: ['position'],
    };
    const records = ['["a","b"]', '["c"]', '[]', '["d","\\u0065","f"]'];
    const { partitions } = await expectSame(caseOf(plan, format, [answerOf('rows', records)]));
    expect(partitions).toEqual(['["0"]', '["1"]', '["2"]']);
  });

  test('many rows, which the core hands over in several turns, and an attempt that breaks off', async () => {
    const record = (index: number) =>
      `{"text":"k${(index * 7919) % 40}","number":${index},"list":["${'x'.repeat(index % 90)}"],"real":0.5}`;
    const first = answerOf(
      'rows',
      Array.from({ length: 12_000 }, (_, index) => record(index)),
    );
    const second = {
      ...answerOf(
        'rows',
        Array.from({ length: 9000 }, (_, index) => record(index * 3)),
      ),
      offset: 12_000,
    };
    const broken = { ...second, breaks: [second.bytes.length - 10] };
    const { partitions } = await expectSame(caseOf(dealt('text'), format, [first, broken]));
    expect(partitions).toHaveLength(40);
  });

  test('partitions of an attempt that broke off are forgotten', async () => {
    const decoder = decoderFor(dealt('text'), format);
    const asked = { offset: 0, limit: 10 };
    const early = Buffer.from('{"rows":[{"text":"z"},{"text":"b"},');
    await expect(decoder.readAnswer(chunksOf(early), asked)).rejects.toThrow('not valid JSON');
    const { bytes } = answerOf('rows', ['{"text":"a"}', '{"text":"b"}', '{"text":"a"}']);
    await decoder.readAnswer(chunksOf(bytes), asked);
    const blocks = await blocksOf(decoder);
    expect(blocks?.map(({ partition, rows }) => [partition, rows])).toEqual([
      [['a'], 2],
      [['b'], 1],
    ]);
  });

  test('one partition more than there may be takes the rest, for the writer to refuse', async () => {
    const decoder = decoderFor(dealt('number'), format);
    const records = Array.from({ length: MAX_PARTITIONS + 500 }, (_, index) => `{"number":${index}}`);
    await decoder.readAnswer(chunksOf(answerOf('rows', records).bytes), { offset: 0, limit: 10_000 });
    const blocks = await blocksOf(decoder);
    expect(blocks).toHaveLength(MAX_PARTITIONS + 1);
    expect(blocks?.at(-2)).toMatchObject({ partition: [String(MAX_PARTITIONS - 1)], rows: 1 });
    expect(blocks?.at(-1)).toMatchObject({ partition: [String(MAX_PARTITIONS)], rows: 500 });
  });
});

test('a partition of many rows has pages of a sane size', async () => {
  const records = Array.from({ length: 50_000 }, (_, index) => `{"yes":${index % 5 > 0},"number":${index}}`);
  const { files } = await expectSame(caseOf(dealt('yes'), 'parquet', [answerOf('rows', records)], 'snappy'));
  // The column that deals them out is in no file.
  expect(pageHeaders(files[1] as Buffer, 1).map((page) => page.entries)).toEqual([20_000, 20_000]);
  expect(pageHeaders(files[0] as Buffer, 1).map((page) => page.entries)).toEqual([10_000]);
});
