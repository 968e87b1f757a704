import { expect, test } from 'vitest';
import { checkNames, compareColumns, type TableColumn } from '../../src/lake/table-columns.js';

const column = (text: string): TableColumn => {
  const [name = '', type = '', flag] = text.split(' ');
  return { name, type, nullable: flag !== 'required' };
};
const compare = (table: readonly string[], given: readonly string[]) =>
  compareColumns(table.map(column), given.map(column), 'ranks');

test('what readers make good by themselves is taken', () => {
  const { added, relaxed } = compare(
    ['id string required', 'big long', 'gone long'],
    ['new string', 'big long', 'id string'],
  );
  expect([...added]).toEqual(['new']);
  expect([...relaxed]).toEqual(['id']);
  expect(compare(['id string required'], ['id string required'])).toEqual({
    added: new Set(),
    relaxed: new Set(),
  });
  expect(compare(['id string'], ['id string required'])).toEqual({ added: new Set(), relaxed: new Set() });
});

test.each<[string, string[], string[], string]>([
  [
    'another type',
    ['id string'],
    ['id long'],
    'the export has column "id" as long, and the table has it as string',
  ],
  ['a list of other values', ['a list<long>'], ['a list<double>'], 'column "a" as list<double>'],
  ['a name in other case', ['Name string'], ['name string'], 'column "name", and the table has "Name"'],
  ['a new column without nulls', ['id string'], ['id string', 'n long required'], 'column "n" without nulls'],
  [
    'a missing column without nulls',
    ['id string', 'n long required'],
    ['id string'],
    'the export has no column "n"',
  ],
])('refused: %s', (_, table, given, message) => {
  expect(() => compare(table, given)).toThrow(
    expect.objectContaining({ code: 'TABLE_CONFLICT', message: expect.stringContaining(message) }),
  );
  expect(() => compare(table, given)).toThrow('Table "ranks" does not take this export');
});

test('a table is not made with names that engines do not tell apart', () => {
  expect(() => checkNames([column('a long'), column('A long')], 'ranks')).toThrow('columns "a" and "A"');
  expect(() => checkNames([column('a long'), column('b long')], 'ranks')).not.toThrow();
});
