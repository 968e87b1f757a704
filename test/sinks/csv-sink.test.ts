import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError, ConfigError } from '../../src/errors.js';
import { JsonObject } from '../../src/json-value.js';
import type { Column, CsvOptions, Row } from '../../src/model.js';
import { csvFormat } from '../../src/sinks/csv-sink.js';
import { encode, sinkOptions } from './part-in-memory.js';
import { readCsv } from './read-back.js';
import { number } from './table-fixtures.js';

const TEXTS: readonly Column[] = [
  { name: 'a', type: 'string', nullable: true },
  { name: 'b', type: 'string', nullable: true },
];

async function csvText(columns: readonly Column[], rows: readonly Row[], csv: Partial<CsvOptions> = {}) {
  return (await encode(csvFormat, columns, [rows], { csv })).toString();
}

describe('quoting', () => {
  it('keeps null and empty text apart', async () => {
    expect(
      await csvText(TEXTS, [
        [null, ''],
        ['', null],
        [null, null],
      ]),
    ).toBe('a,b\n,""\n"",\n,\n');
  });

  it('quotes only what needs it, a bare CR included', async () => {
    const rows = [
      [' plain; text\t', "it's"],
      ['a,b', 'say "hi"'],
      ['line\nbreak', 'bare\rCR'],
      ['\r\n', '"'],
    ];
    expect(await csvText(TEXTS, rows)).toBe(
      'a,b\n plain; text\t,it\'s\n"a,b","say ""hi"""\n"line\nbreak","bare\rCR"\n"\r\n",""""\n',
    );
  });

  it('quotes column names the same way', async () => {
    const columns: Column[] = ['a,b', '', 'c"d', '中文'].map((name) => ({
      name,
      type: 'string',
      nullable: true,
    }));
    expect(await csvText(columns, [])).toBe('"a,b","","c""d",中文\n');
  });
});

describe('types', () => {
  it('writes digits unchanged, booleans as words, lists and JSON compactly', async () => {
    const columns: Column[] = [
      { name: 'n', type: 'double', nullable: true },
      { name: 'i', type: 'int64', nullable: true },
      { name: 'b', type: 'boolean', nullable: true },
      { name: 'l', type: 'list<string>', nullable: true },
      { name: 'j', type: 'json', nullable: true },
    ];
    const json = new JsonObject(['k', 'k'], [number('1.0'), [true]]);
    const rows = [
      [number('1.50E+3'), number('9007199254740993'), true, ['x', null], json],
      [number('-0.0'), number('-1'), false, [], 'text'],
    ];
    expect(await csvText(columns, rows)).toBe(
      'n,i,b,l,j\n' +
        '1.50E+3,9007199254740993,true,"[""x"",null]","{""k"":1.0,""k"":[true]}"\n' +
        '-0.0,-1,false,[],"""text"""\n',
    );
  });

  it('keeps a lone surrogate as an escape in JSON, and takes it in no other text', async () => {
    const columns: Column[] = [
      { name: 't', type: 'string', nullable: true },
      { name: 'j', type: 'json', nullable: true },
    ];
    expect(await csvText(columns, [['x', ['\uDC00']]])).toBe('t,j\nx,"[""\\udc00""]"\n');
    await expect(csvText(columns, [['x\uD800y', null]])).rejects.toThrow('Row 1, column "t"');
  });
});

describe('a table of one column', () => {
  const one: readonly Column[] = [{ name: 'a', type: 'string', nullable: true }];

  it('writes null as "" so that no reader takes the row for an empty line', async () => {
    const text = await csvText(one, [[null], ['x'], ['']]);
    expect(text).toBe('a\n""\nx\n""\n');
    expect(readCsv(text).rows).toHaveLength(3);
  });

  it('keeps null and empty text apart with a null text', async () => {
    expect(await csvText(one, [[null], ['']], { nullText: '\\N' })).toBe('a\n\\N\n""\n');
  });

  it('names a column without a name', async () => {
    expect(await csvText([{ name: '', type: 'string', nullable: true }], [['x']])).toBe('""\nx\n');
  });
});

describe('options', () => {
  it('writes nullText unquoted, and quotes whatever only looks like it', async () => {
    const columns: Column[] = [...TEXTS, { name: 'n', type: 'double', nullable: true }];
    const rows = [
      [null, 'NULL', null],
      ['', 'null', number(0)],
    ];
    expect(await csvText(columns, rows, { nullText: 'NULL' })).toBe('a,b,n\nNULL,"NULL",NULL\n"",null,0\n');
    expect(await csvText(columns, rows, { nullText: '0' })).toBe('a,b,n\n0,NULL,0\n"",null,"0"\n');
  });

  it('starts with a byte order mark once, and ends lines with CRLF', async () => {
    const windows: Row[][] = [[['x', 'y\n']], [['z', null]]];
    const bytes = await encode(csvFormat, TEXTS, windows, { csv: { bom: true, crlf: true } });
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytes.subarray(3).toString()).toBe('a,b\r\nx,"y\n"\r\nz,\r\n');
  });

  it('takes another delimiter', async () => {
    expect(await csvText(TEXTS, [['a,b', 'c\td']], { delimiter: '\t' })).toBe('a\tb\na,b\t"c\td"\n');
  });

  it('puts a quote before text that a spreadsheet would run, never before numbers', async () => {
    const columns: Column[] = [
      { name: '=name', type: 'string', nullable: true },
      { name: 'n', type: 'double', nullable: true },
      { name: 'l', type: 'list<string>', nullable: true },
    ];
    const starts = ['=1', '+1', '-1', '@x', '\tx', '\rx', 'x=1', '＝1', ''];
    const rows = starts.map((text) => [text, number('-1'), ['=1']] as Row);
    const text = await csvText(columns, rows, { escapeFormulas: true });
    const cells = ["'=1", "'+1", "'-1", "'@x", "'\tx", '"\'\rx"', 'x=1', '＝1', '""'];
    expect(text).toBe(`'=name,n,l\n${cells.map((cell) => `${cell},-1,"[""=1""]"\n`).join('')}`);
    expect(await csvText(columns, [['=1', null, null]])).toBe('=name,n,l\n=1,,\n');
  });

  it.each([
    { delimiter: '' },
    { delimiter: '::' },
    { delimiter: '"' },
    { delimiter: '\n' },
    { delimiter: '\uD83D' },
    { nullText: 'a,b' },
    { nullText: '"' },
    { nullText: 'N\r' },
  ])('refuses %j', async (csv) => {
    await expect(csvText(TEXTS, [], csv)).rejects.toBeInstanceOf(ConfigError);
  });

  it('gives back any text with any of them', async () => {
    const text = fc.option(
      fc.string({ unit: fc.constantFrom('a', 'N', ',', ';', '"', '\r', '\n', '\t', '-', ' ') }),
    );
    const rows = fc.array(fc.tuple(text, text), { maxLength: 10 });
    const csv = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|', '-'),
      nullText: fc.constantFrom('', 'N', 'NaN', ' '),
      crlf: fc.boolean(),
      bom: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(rows, csv, async (cells, options) => {
        const text = await csvText(TEXTS, cells, options);
        const read = readCsv(text, options.delimiter, options.crlf ? '\r\n' : '\n').rows;
        const nullCell = options.nullText === '' ? null : options.nullText;
        const values = read.map((row) =>
          row.map((cell) =>
            cell === nullCell ? null : typeof cell === 'string' ? cell.replace(/^Q/, '') : cell,
          ),
        );
        expect(values).toEqual(cells);
      }),
    );
  });
});

describe('resuming', () => {
  it('refuses a part that lost its header', async () => {
    const options = { ...sinkOptions(TEXTS, async () => {}), resume: { bytes: 0, rows: 0, state: null } };
    await expect(csvFormat.open(options)).rejects.toBeInstanceOf(CheckpointError);
  });
});
