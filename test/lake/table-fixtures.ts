import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { LocalPlace } from '../../src/destination/local-place.js';
import type { ColumnFacts } from '../../src/lake/file-facts.js';
import type { TableChange, TableShape } from '../../src/lake/table-model.js';
import type { Column } from '../../src/model.js';

export const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'string', nullable: false },
  { name: 'big', type: 'int64', nullable: true },
  { name: 'rank', type: 'double', nullable: true },
  { name: 'ok', type: 'boolean', nullable: true },
  { name: 'tags', type: 'list<string>', nullable: true },
  { name: 'note', type: 'json', nullable: true },
];

/** An empty place for one table, gone at the end of the test. */
export async function emptyTable() {
  const root = await mkdtemp(join(tmpdir(), 'ges-table-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return {
    root,
    files: new LocalPlace(root),
    async write(path: string, content: string | Uint8Array): Promise<void> {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    },
    read: (path: string) => readFile(join(root, path), 'utf8'),
  };
}

/** The columns of an export that is not partitioned. */
export const whole = (columns: readonly Column[]): TableShape => ({ columns, partitionBy: [] });

/**
 * What an export of two files would change; the facts are those of no file, the tables keep them as they come.
 *
 * @param partitions for each file the value of each column of `partitionBy`
 */
export function changeOf(
  exportId: string,
  columns: readonly Column[],
  partitionBy: readonly string[] = [],
  partitions: readonly (readonly (string | null)[])[] = [[], []],
): TableChange {
  const fieldIds = new Map(columns.map(({ name, fieldIds: ids }) => [name, ids ?? []]));
  const known: readonly (readonly [string, ColumnFacts])[] = [
    ['id', { values: 3, nulls: 0, bounds: { min: 'a', max: '𠮷' } }],
    ['big', { values: 3, nulls: 1, bounds: { min: -(2n ** 63n), max: 2n ** 63n - 1n } }],
    ['rank', { values: 3, nulls: 0, bounds: { min: -0, max: 1e-7 } }],
    ['ok', { values: 3, nulls: 0, bounds: { min: false, max: true } }],
    ['note', { values: 3, nulls: 3, bounds: null }],
  ];
  const facts = {
    fieldIds,
    columns: new Map(known.filter(([name]) => fieldIds.has(name) && !partitionBy.includes(name))),
  };
  return {
    exportId,
    columns,
    partitionBy,
    files: partitions.map((partition, part) => ({
      path: `${exportId}/part-0000${part}.parquet`,
      rows: 3,
      bytes: 100 + part,
      facts,
      partition,
    })),
    time: 1_700_000_000_000,
  };
}
