// Runs in a worker thread: hashes bytes of part files and reads finished ones, as the main thread orders.
import { parentPort } from 'node:worker_threads';
import { openLocalFile } from './destination/local-file.js';
import { LocalHash } from './destination/running-hash.js';
import type { FileOrder, FileReport } from './file-thread.js';
import { readContent } from './verify/file-content.js';

const hashes = new Map<number, LocalHash>();

function hashOf(number: number): LocalHash {
  const known = hashes.get(number) ?? new LocalHash();
  hashes.set(number, known);
  return known;
}

async function resultOf(order: FileOrder): Promise<FileReport['result']> {
  switch (order.kind) {
    case 'update':
      await hashOf(order.hash).update(order.pieces);
      return null;
    case 'digest':
      return await hashOf(order.hash).digest();
    case 'content':
      return await contentOf(order.folder, order.path);
  }
}

/** Null for what is wrong with a file: the main thread reads it again, and says what. */
async function contentOf(folder: string, path: string): Promise<FileReport['result']> {
  try {
    const file = await openLocalFile(folder, path);
    if (file?.isFile !== true || file.stamp === undefined) return null;
    const { sha256, rows } = await readContent(file);
    return typeof rows === 'number' ? { sha256, rows, stamp: file.stamp } : null;
  } catch {
    return null;
  }
}

parentPort?.on('message', async (order: FileOrder) => {
  const report: FileReport = { id: order.id, result: await resultOf(order) };
  parentPort?.postMessage(report);
});
