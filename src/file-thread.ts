import { Worker } from 'node:worker_threads';
import type { RunningHash } from './destination/running-hash.js';
import { type FileWork, workHere } from './file-work.js';
import type { PartFile, StoredFile } from './model.js';
import { type FileContent, readContent } from './verify/file-content.js';

/** What the thread is to do; it answers each with a `FileReport`. */
export type FileOrder =
  | {
      readonly kind: 'update';
      readonly id: number;
      readonly hash: number;
      readonly pieces: readonly Uint8Array[];
    }
  | { readonly kind: 'digest'; readonly id: number; readonly hash: number }
  | { readonly kind: 'content'; readonly id: number; readonly folder: string; readonly path: string };

/** `result` of an update: null; of a digest: its text; of a content: null where the thread could not tell. */
export interface FileReport {
  readonly id: number;
  readonly result: string | FoundContent | null;
}

interface FoundContent extends FileContent {
  /** Of the file when it was opened. */
  readonly stamp: string;
}

/** V8 gives a thread as much room for young objects as the process; this one makes hardly any. */
const YOUNG_MEGABYTES = 2;

/**
 * A thread that works on the bytes of part files while others are decoded: it hashes what is written, from the memory
 * that it shares with this thread, and reads each part again as soon as it is finished (docs/decisions/0014-file-thread.md).
 */
export class FileThread implements FileWork {
  readonly #folder: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { done(result: FileReport['result']): void; failed(error: unknown): void }
  >();
  /** Of finished parts, by path; null where the thread could not tell. */
  readonly #contents = new Map<string, Promise<FoundContent | null>>();
  #nextId = 0;
  #hashes = 0;
  #death: { readonly error: unknown } | null = null;

  /** @param folder where the paths of parts begin */
  constructor(folder: string) {
    this.#folder = folder;
    this.#worker = new Worker(new URL('./file-worker.js', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    this.#worker.on('message', ({ id, result }: FileReport) => {
      this.#waiting.get(id)?.done(result);
      this.#waiting.delete(id);
    });
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(new Error('The thread that hashes files has ended')));
  }

  newHash(): RunningHash {
    const hash = this.#hashes++;
    return {
      update: async (pieces) => {
        await this.#ask((id) => ({ kind: 'update', id, hash, pieces: pieces.map(toSend) }));
      },
      digest: async () => {
        const digest = await this.#ask((id) => ({ kind: 'digest', id, hash }));
        if (typeof digest !== 'string') throw new Error('The thread that hashes files gave no hash');
        return digest;
      },
    };
  }

  finished({ path }: PartFile): void {
    const asked = this.#ask((id) => ({ kind: 'content', id, folder: this.#folder, path }));
    const content = asked.then(
      (result) => (typeof result === 'string' ? null : result),
      () => null,
    );
    this.#contents.set(path, content);
  }

  /** Reads here what the thread did not: parts of an earlier run, those that have changed, and what it could not tell. */
  async contentOf(file: StoredFile): Promise<FileContent> {
    const content = await this.#contents.get(file.path);
    return content != null && content.stamp === file.stamp ? content : await readContent(file);
  }

  async close(): Promise<void> {
    this.#die(new Error('The thread that hashes files is closed'));
    await this.#worker.terminate();
  }

  #ask(order: (id: number) => FileOrder): Promise<FileReport['result']> {
    const id = this.#nextId++;
    return new Promise((done, failed) => {
      if (this.#death !== null) {
        failed(this.#death.error);
        return;
      }
      this.#waiting.set(id, { done, failed });
      this.#worker.postMessage(order(id));
    });
  }

  #die(error: unknown): void {
    this.#death ??= { error };
    for (const { failed } of this.#waiting.values()) failed(this.#death.error);
    this.#waiting.clear();
  }
}

/** A message takes shared memory as it is, and copies all of any other that a piece is only a view of. */
function toSend(piece: Uint8Array): Uint8Array {
  return piece.buffer instanceof SharedArrayBuffer ? piece : Uint8Array.from(piece);
}

/** Below this, a thread takes longer to begin than it saves. */
const MIN_THREAD_BYTES = 64 * 1024 * 1024;

/**
 * With another thread for the part files of a long export to a folder; a store hashes in its own way.
 *
 * @param folder where the paths of parts begin; null at a store
 * @param bytes of answers that are still to come
 */
export function openFileWork(folder: string | null, bytes: number): FileWork {
  return folder === null || bytes < MIN_THREAD_BYTES ? workHere : new FileThread(folder);
}
