import { describe, expect } from 'vitest';
import { TABLE_FORMATS } from '../../src/model.js';
import { failureOf } from '../cli/export-test.js';
import { keysOf, test } from '../destination/store-export.js';
import { asTable } from './lake-test.js';

describe.each(TABLE_FORMATS)('%s at a store', (format) => {
  const isCommit = (key: string) =>
    format === 'delta' ? key.startsWith('pagerank/_delta_log/') : key.endsWith('.metadata.json');

  test('two exports at once are two commits, and nothing else is left', async ({ openGraph, openStore }) => {
    const graph = await openGraph();
    const { store, run } = await openStore(graph);
    const args = (job: string) => ['export', job, '--out', 's3://exports/ranks', ...asTable(format)];
    const both = await Promise.all(['pagerank', 'hyg-pagerank'].map((job) => run(args(job))));
    for (const { exitCode, stderr } of both) expect(exitCode, stderr).toBe(0);
    const keys = keysOf(store, 'ranks');
    expect(keys.filter(isCommit)).toHaveLength(2);
    expect(keys.filter((key) => key.endsWith('.parquet'))).toHaveLength(2);
    expect(keys.filter((key) => key.includes('.ges-export'))).toEqual([]);
    const verified = await run(['verify', 's3://exports/ranks', '--read-data']);
    expect(verified.exitCode, verified.stderr).toBe(0);
    expect(String(verified.stdout).trim().split('\n')).toHaveLength(2);
  });

  test('what was finished and not committed is committed once, whatever was lost in between', async ({
    openGraph,
    openStore,
  }) => {
    const graph = await openGraph();
    const { store, run } = await openStore(graph);
    const { objects } = store.bucket;
    const args = ['export', 'pagerank', '--out', 's3://exports/ranks', ...asTable(format)];
    expect((await run(args)).exitCode).toBe(0);
    const keys = () => keysOf(store, 'ranks');
    const success = keys().find((key) => key.endsWith('_SUCCESS')) ?? '';

    objects.delete(`ranks/${success}`);
    const sealed = await run(args);
    expect(sealed.stderr).toMatch(/^Already complete: .*\n$/);
    expect(keys().filter(isCommit)).toHaveLength(1);

    objects.delete(`ranks/${success}`);
    for (const key of keys().filter((one) => /_delta_log|\.metadata\.json$|version-hint/.test(one)))
      objects.delete(`ranks/${key}`);
    const committed = await run(args);
    expect(committed.stderr).toMatch(/^Committed table pagerank .*\nAlready complete: /);
    expect(keys().filter(isCommit)).toHaveLength(1);
    expect(keys()).toContain(success);
    expect(failureOf(await run([...args, '--force'])).line).toMatch(
      /holds the rows of job "pagerank" already/,
    );
    expect((await run(['gc', 's3://exports/ranks', '--yes'])).stdout.toString()).toBe('Removed: nothing\n');
  });
});
