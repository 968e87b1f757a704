import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableFormatName } from '../../src/model.js';

export const asTable = (format: TableFormatName): readonly string[] => [
  '--format',
  'parquet',
  '--table-format',
  format,
];

/** IDs of the exports that a table holds, in the order of its commits; empty where there is no table. */
export async function commitsOf(
  out: string,
  table: string,
  format: TableFormatName,
): Promise<readonly string[]> {
  return format === 'delta' ? deltaCommits(join(out, table)) : icebergCommits(join(out, table));
}

async function deltaCommits(table: string): Promise<readonly string[]> {
  const commits = (await namesIn(join(table, '_delta_log'))).filter((name) => name.endsWith('.json'));
  const ids: string[] = [];
  for (const name of commits.sort()) {
    for (const line of (await readFile(join(table, '_delta_log', name), 'utf8')).trim().split('\n')) {
      const { txn } = JSON.parse(line) as { txn?: { appId: string } };
      if (txn !== undefined) ids.push(txn.appId);
    }
  }
  return ids;
}

interface Metadata {
  readonly snapshots: readonly { readonly summary: Readonly<Record<string, string>> }[];
}

/** As the hint leads to them: a commit that readers do not find is none. */
async function icebergCommits(table: string): Promise<readonly string[]> {
  if (!(await namesIn(join(table, 'metadata'))).includes('version-hint.text')) return [];
  const version = await readFile(join(table, 'metadata/version-hint.text'), 'utf8');
  const text = await readFile(join(table, `metadata/v${version}.metadata.json`), 'utf8');
  return (JSON.parse(text) as Metadata).snapshots.map(({ summary }) => summary['ges-export.export-id'] ?? '');
}

export async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
