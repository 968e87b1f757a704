import { describe, expect, test } from 'vitest';
import { Core } from '../../../src/decode/columnar/core.js';
import { PageError } from '../../../src/errors.js';
import type { PlannedColumn, TablePlan } from '../../../src/model.js';
import { sinkFormats } from '../../../src/sinks/sink-formats.js';
import { compare, pageHeaders, readParquetFile, runColumnar } from './compare-engines.mjs';
import { engines } from './engines.js';
import { compareReaders } from './other-readers.mjs';
import type { TestAnswer, TestCase } from './random-case.mjs';
import { answerOf, caseOf, decoderFor, idTable, tableOf } from './table-cases.js';

const MIB = 1024 * 1024;
const IDS = idTable('string');
const OVERFLOW: PlannedColumn = { name: '_overflow', type: 'json', nullable: true, source: 'overflow' };
const OBJECTS = tableOf('rows', 'object', [
  { name: 'a', type: 'string', nullable: true, source: 'member', member: 'a' },
  OVERFLOW,
]);

async function expectSame(test: TestCase): Promise<readonly Buffer[]> {
  const { problem, files } = await compare(engines, test);
  expect(problem).toBeNull();
  return files ?? [];
}

/** Both engines must refuse the answer alike; gives what they say. */
async function refusal(plan: TablePlan, answer: TestAnswer): Promise<string> {
  const test = { ...caseOf(plan, 'ndjson', [answer]), damage: 'given' };
  const { problem, isRefused } = await compare(engines, test);
  expect(problem).toBeNull();
  expect(isRefused).toBe(true);
  const { error } = await runColumnar(engines, test);
  return error?.message ?? '';
}

/** Two short records around one of about so many MiB, half of it escapes. */
function longAnswer(size: number): Buffer {
  const text = Buffer.alloc(size * MIB, 'abcde\\"'.repeat(1000));
  return Buffer.concat([Buffer.from('{"ids":["a","'), text, Buffer.from(' ","b"]}')]);
}

function asAnswer(bytes: Buffer): TestAnswer {
  return { offset: 0, limit: 100_000, bytes, cuts: [], breaks: [] };
}

async function* chunksOf(bytes: Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('answers are told apart by their first records', () => {
  test('when a chunk ends behind a record', async () => {
    const answer = answerOf('ids', ['"a"', '"b"', '"c"']);
    const ends = ['"a"', '"b"', '"c"'].map((text) => answer.bytes.indexOf(text) + 3);
    await expectSame(caseOf(IDS, 'csv', [{ ...answer, cuts: ends }]));
  });

  test('when the first record is long', async () => {
    await expectSame(caseOf(IDS, 'csv', [answerOf('ids', [JSON.stringify('x'.repeat(300_000)), '"b"'])]));
  });

  test('when the reference engine reads them', async () => {
    await expectSame(caseOf(OBJECTS, 'ndjson', [answerOf('rows', ['1', '{"b":2}', '{"a":"x"}', '[]'])]));
  });
});

test('the end of the list is found when it comes soon after a long record', async () => {
  const long = JSON.stringify('x'.repeat(150_000));
  const answer = answerOf('ids', ['"a"', long]);
  const border = answer.bytes.length - 40_000;
  await expectSame(caseOf(IDS, 'ndjson', [{ ...answer, cuts: [100_000, border] }]));
});

test('a number of twenty digits that is 2^64 stays one', async () => {
  const texts = [
    '18446744073709551616.0',
    '1.8446744073709551616',
    '18446744073709551616',
    '0.18446744073709551616',
  ];
  const [file] = await expectSame(caseOf(idTable('double'), 'parquet', [answerOf('ids', texts)]));
  const { rows } = await readParquetFile(file as Buffer);
  expect(rows.flat()).toEqual(texts.map(Number));
});

describe('a refusal names', () => {
  test('damage before a list, not what then looks like a list', async () => {
    const bytes = Buffer.from('{"data":{"outputs":{"ids" :"]\n}},"x":"]}[{" }');
    expect(await refusal(IDS, asAnswer(bytes))).toBe(
      'The answer is not valid JSON: a bare control character in a string at byte 29',
    );
  });

  test('a bracket behind a list', async () => {
    const bytes = Buffer.from('{"ids":["a"][,"b"]}');
    expect(await refusal(IDS, asAnswer(bytes))).toBe(
      'The answer is not valid JSON: "[" where "," or "}" should stand at byte 12',
    );
  });

  test('the byte that stands where a record should', async () => {
    expect(await refusal(IDS, answerOf('ids', ['"a"', '', '"b"']))).toContain(
      '"," where a value should stand',
    );
  });

  test('invalid UTF-8 at the end of a chunk', async () => {
    const { bytes } = answerOf('ids', ['"a"?']);
    const at = bytes.indexOf('?');
    bytes[at] = 0xff;
    const message = await refusal(IDS, { ...asAnswer(bytes), cuts: [at + 1] });
    expect(message).toBe(`The answer is not valid JSON: invalid UTF-8 at byte ${at}`);
  });

  test('what is missing where the answer ends behind a number', async () => {
    const bytes = Buffer.from('{"ids":[1,2');
    const message = await refusal(idTable('int64'), asAnswer(bytes));
    expect(message).toBe('The answer is not valid JSON: it ends where "," or "]" should stand at byte 11');
  });
});

test.each(['csv', 'parquet'] as const)(
  'a window that is left in the middle leaves nothing behind: %s',
  async (format) => {
    const decoder = decoderFor(IDS, format);
    const records = Array.from({ length: 30_000 }, (_, index) => `"left ${index}"`);
    const { bytes } = answerOf('ids', records);
    const asked = { offset: 0, limit: 100_000 };
    await expect(decoder.readAnswer(chunksOf(bytes.subarray(0, -10)), asked)).rejects.toThrow(PageError);
    decoder.beginWindow();
    await decoder.readAnswer(chunksOf(answerOf('ids', ['"kept"']).bytes), asked);
    const { rows, pieces } = (await decoder.endWindow())[0] ?? { rows: 0, pieces: [] };
    expect(rows).toBe(1);
    expect(Buffer.concat(pieces).toString('latin1')).toMatch(format === 'csv' ? /^kept\n$/ : /^[^l]*kept$/s);
  },
);

test('an answer that ends where its list begins is damaged, whatever the decoder read before', async () => {
  const decoder = decoderFor(IDS, 'csv');
  const begin = Buffer.from('{"ids":[');
  const spaced = Buffer.concat([begin, Buffer.from('   "a"]}')]);
  await decoder.readAnswer(chunksOf(spaced, begin.length), { offset: 0, limit: 1 });
  await expect(decoder.readAnswer(chunksOf(begin), { offset: 1, limit: 1 })).rejects.toThrow(
    'it ends where a value should stand at byte 8',
  );
});

describe('half of a surrogate pair, which UTF-8 has no form for', () => {
  const withOverflow = (shape: TablePlan['shape'], type: PlannedColumn['type'], source: 'key' | 'value') =>
    tableOf('rows', shape, [{ name: 'a', type, nullable: true, source }, OVERFLOW]);

  test.each<[string, TablePlan, string[], string]>([
    ['a member', OBJECTS, ['{"a":"\\ud800"}', '{"a":"\\ud801"}'], '{"a":"\\ud800"}|{"a":"\\ud801"}'],
    ['an id', withOverflow('id', 'string', 'key'), ['"x\\udc00"', '"x"'], '{"record":"x\\udc00"}|'],
    [
      'a key',
      withOverflow('keyed', 'string', 'key'),
      ['{"\\udbff":null}', '{"\\udfff":null}'],
      '{"vertex_id":"\\udbff","value":null}|{"vertex_id":"\\udfff","value":null}',
    ],
    [
      'in a list',
      withOverflow('path', 'list<string>', 'value'),
      ['["a","\\ud83d\\ude00"]', '["\\ud83d","\\ude00"]'],
      '|{"record":["\\ud83d","\\ude00"]}',
    ],
    [
      'at the end, and before another pair',
      OBJECTS,
      ['{"a":"\\ud83d\\ud83d\\ude00"}', '{"a":"\\ud83d\\ude00\\ud83d"}', '{"a":"\\ud83d\\u0041"}'],
      '{"a":"\\ud83d😀"}|{"a":"😀\\ud83d"}|{"a":"\\ud83dA"}',
    ],
  ])('goes to _overflow: %s', async (_, plan, records, expected) => {
    const answer = answerOf('rows', records);
    const bytes = Array.from({ length: answer.bytes.length - 1 }, (_, index) => index + 1);
    for (const cuts of [[], bytes]) {
      const [file] = await expectSame(caseOf(plan, 'ndjson', [{ ...answer, cuts }]));
      const lines = String(file).trimEnd().split('\n');
      const overflow = lines.map((line) => /"_overflow":(\{.*\})\}$/.exec(line)?.[1] ?? '');
      expect(overflow.join('|')).toBe(expected);
      for (const format of ['csv', 'parquet'] as const)
        await expectSame(caseOf(plan, format, [{ ...answer, cuts }]));
    }
  });
});

describe('keys that come with escapes', () => {
  const NAMES = ['a', 'long name of more than sixteen bytes', 'ключ', '中\n"x\\/', '\ud800', '😀'];
  const plan = tableOf('rows', 'object', [
    ...NAMES.map((member, index): PlannedColumn => {
      return { name: `c${index}`, type: 'string', nullable: true, source: 'member', member };
    }),
    OVERFLOW,
  ]);
  const escaped = (text: string) =>
    `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;
  const half = (text: string) =>
    `"${JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/').replace('a', '\\u0061')}"`;
  const record = (write: (name: string) => string) =>
    `{${NAMES.map((name) => `${write(name)}:"v"`).join(',')}}`;

  test.each(['csv', 'ndjson', 'parquet'] as const)('in every writing, in %s', async (format) => {
    const records = [
      record(JSON.stringify),
      record(escaped),
      record(half),
      '{"\\u0061":"x","a":"y"}',
      '{"a":null,"\\u0061":"y"}',
      '{"\\u0061 ":"x"}',
      '{"long name of more than sixteen byte\\u0073":"x","long name of more than sixteen byte\\u0074":"y"}',
    ];
    for (const cut of [[], Array.from({ length: 900 }, (_, index) => index + 1)]) {
      const answer = answerOf('rows', records);
      await expectSame(
        caseOf(plan, format, [{ ...answer, cuts: cut.filter((at) => at < answer.bytes.length) }]),
      );
    }
  });

  test.each(['{"\\u00":1}', '{"\\x":1}', '{"a\\"', '{"\\u0061'])('damaged: %s', async (text) => {
    expect(await refusal(plan, asAnswer(Buffer.from(`{"rows":[${text}`)))).toMatch(/not valid JSON/);
  });
});

describe('pages of Parquet stay small', () => {
  test('where every record goes to the reference engine', async () => {
    const records = Array.from({ length: 45_000 }, (_, index) => `{"b":${index}}`);
    const [file] = await expectSame(caseOf(OBJECTS, 'parquet', [answerOf('rows', records)]));
    expect(pageHeaders(file as Buffer, 1).map((page) => page.entries)).toEqual([20_000, 20_000, 5000]);
  });

  test('where the first texts are long and all different', async () => {
    const records = Array.from({ length: 1500 }, (_, index) => JSON.stringify(`${index}`.padEnd(5000, 'x')));
    const [file] = await expectSame(caseOf(IDS, 'parquet', [answerOf('ids', records)]));
    const pages = pageHeaders(file as Buffer, 0);
    expect(pages.length).toBeGreaterThan(5);
    expect(Math.max(...pages.map((page) => page.plainBytes))).toBeLessThan(1.1 * MIB);
  });

  test('inside a record of very many rows', async () => {
    const plan = tableOf('paths', 'path-long', [
      { name: 'path_id', type: 'int64', nullable: false, source: 'record-offset' },
      { name: 'position', type: 'int64', nullable: false, source: 'position' },
      { name: 'vertex_id', type: 'string', nullable: true, source: 'value' },
    ]);
    const ids = Array.from({ length: 50_000 }, (_, index) => `"vertex-${(index * 7919) % 50_000}"`);
    const records = ['["a","b"]', `[${ids.join(',')}]`, '["c"]'];
    const [file] = await expectSame(caseOf(plan, 'parquet', [answerOf('paths', records)], 'snappy'));
    for (const column of [0, 1, 2]) {
      const entries = pageHeaders(file as Buffer, column).map((page) => page.entries);
      expect(entries).toEqual([20_000, 20_000, 10_003]);
    }
    expect(await compareReaders(plan, file as Buffer)).toBeNull();
    // Text is handed over inside the record too.
    for (const format of ['csv', 'ndjson'] as const)
      await expectSame(caseOf(plan, format, [answerOf('paths', records)]));
  });
});

describe('a dictionary that paid and then grew is given up for its whole chunk', () => {
  const CODECS = sinkFormats.parquet.compressions;
  const few = Array.from({ length: 25_000 }, (_, index) => `"few-${index % 50}"`);
  const many = Array.from({ length: 12_500 }, (_, index) => `"${String(index).padStart(150, 'many')}"`);
  const NULLABLE = tableOf('rows', 'object', [
    { name: 'a', type: 'string', nullable: true, source: 'member', member: 'a' },
    { name: 'b', type: 'list<string>', nullable: true, source: 'member', member: 'b' },
    { name: 'c', type: 'string', nullable: true, source: 'member', member: 'c' },
    OVERFLOW,
  ]);
  const record = (text: string, index: number): string => {
    const list = [text, 'null', text].slice(0, index % 4).join(',');
    return index % 7 === 0 ? '{"c":"same"}' : `{"a":${text},"b":[${list}],"c":"same"}`;
  };

  test.each(CODECS)('texts that must not be null, %s', async (compression) => {
    const [file] = await expectSame(
      caseOf(IDS, 'parquet', [answerOf('ids', [...few, ...many])], compression),
    );
    const pages = pageHeaders(file as Buffer, 0);
    expect(pages.filter((page) => page.isDictionary)).toEqual([]);
    expect(Math.max(...pages.map((page) => page.plainBytes))).toBeLessThan(1.1 * MIB);
    expect(await compareReaders(IDS, file as Buffer)).toBeNull();
  });

  test.each(CODECS)('texts and lists with nulls, and an attempt that broke off, %s', async (compression) => {
    const first = answerOf('rows', few.slice(0, 21_000).map(record));
    const second = { ...answerOf('rows', [...few.slice(0, 3000), ...many].map(record)), offset: 21_000 };
    const broken = { ...second, breaks: [second.bytes.length - 100, 500_000] };
    const [file] = await expectSame(caseOf(NULLABLE, 'parquet', [first, broken], compression));
    for (const column of [0, 1]) {
      const pages = pageHeaders(file as Buffer, column);
      expect(pages.filter((page) => page.isDictionary)).toEqual([]);
      expect(Math.max(...pages.map((page) => page.plainBytes))).toBeLessThan(1.2 * MIB);
    }
    expect(pageHeaders(file as Buffer, 2)[0]?.isDictionary).toBe(true);
    expect(await compareReaders(NULLABLE, file as Buffer)).toBeNull();
  });

  test('large texts that repeat do not make a page of all of them', async () => {
    const texts = Array.from({ length: 12 }, (_, index) => JSON.stringify(`${index}`.padEnd(100_000, 'x')));
    const records = Array.from(
      { length: 300 },
      (_, index) => texts[index < 290 ? index % 9 : index % 12] as string,
    );
    const [file] = await expectSame(caseOf(IDS, 'parquet', [answerOf('ids', records)], 'snappy'));
    expect(Math.max(...pageHeaders(file as Buffer, 0).map((page) => page.plainBytes))).toBeLessThan(
      1.2 * MIB,
    );
    expect(await compareReaders(IDS, file as Buffer)).toBeNull();
  });
});

describe('long records', () => {
  test.each(['csv', 'ndjson', 'parquet'] as const)('15 MiB in %s', async (format) => {
    const decoder = decoderFor(IDS, format);
    expect(decoder.heldBytes).toBeLessThan(MIB);
    await decoder.readAnswer(chunksOf(longAnswer(15)), { offset: 0, limit: 100_000 });
    const { rows, pieces } = (await decoder.endWindow())[0] ?? { rows: 0, pieces: [] };
    expect(rows).toBe(3);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    expect(length).toBeGreaterThan(12 * MIB);
    // The record as it came, with what the input had while it grew, and as it is written.
    expect(decoder.heldBytes).toBeLessThan(8 * 16 * MIB);
  });

  test('both engines refuse 17 MiB', async () => {
    const message = await refusal(IDS, asAnswer(longAnswer(17)));
    expect(message).toBe('The answer has a record of more than 16777216 bytes: no result of GES does');
  });

  test.each(['{"a":["x"}', '{"a":"x]', '1{'])(
    'a record that does not end is damage, not a long record: %s',
    async (record) => {
      const others = Array.from({ length: 40 }, () => `{"a":${JSON.stringify('y'.repeat(500_000))}}`);
      expect(await refusal(OBJECTS, answerOf('rows', ['{"a":"x"}', record, ...others], [30]))).toContain(
        'not valid JSON',
      );
    },
  );

  test('more memory than WebAssembly has is an error, not a crash', () => {
    const { call } = new Core();
    expect(() => call.allocate(0x8000_0001)).toThrow(PageError);
    expect(() => {
      for (let i = 0; i < 5; i++) call.allocate(0x4000_0000);
    }).toThrow('A record is too long for the columnar engine');
  });
});

test('of two damages behind many lists both engines name the first', async () => {
  const lists = '"ids":[],'.repeat(40);
  const early = Buffer.from(`{${lists}"x":tru,"ids":["a"],${lists}"ids":["b",+]}`);
  expect(await refusal(IDS, asAnswer(early))).toContain(`byte ${early.indexOf('tru,')}`);
  const late = Buffer.from(`{${lists}"x":true,"ids":["a"],${lists}"ids":["b",+],"y":tru}`);
  expect(await refusal(IDS, asAnswer(late))).toContain(`byte ${late.indexOf('+')}`);
});
