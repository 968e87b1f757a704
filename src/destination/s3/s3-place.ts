import { CheckpointError } from '../../errors.js';
import type { StoredFile } from '../../model.js';
import type { OutputPlace, PartEntry, SavedCheckpoint } from '../output-place.js';
import { isPartName } from '../part-name.js';
import type { CommittedPart, PartWriter } from '../part-writer.js';
import { gatheredExport, isTableFolder, PARTS_ROOT } from '../table-place.js';
import type { S3Address } from './s3-address.js';
import { S3Lock } from './s3-lock.js';
import { type PartHost, S3Part } from './s3-part.js';
import type { S3Store } from './s3-store.js';
import { formatState, type PartState, parseState } from './upload-state.js';

const CHECKPOINT_PATH = '.ges-export/checkpoint';
const LOCK_PATH = '.ges-export/lock';

/** The text of an object that points to a folder. */
const POINTER = /^([^/\r\n]{1,1024})\n$/;

/** As many parts in progress may keep their buffers from one commit to the next: one each of a few tables. */
const UNCROWDED_PARTS = 4;

/**
 * A prefix of a bucket. Part files are multipart uploads, which nobody sees; they are completed only after a
 * checkpoint that calls them finished was saved, so whatever is lost in between can be done again from it.
 */
export class S3Place implements OutputPlace {
  readonly name: string;
  readonly partsRoot: typeof PARTS_ROOT | null;
  readonly partsFolder = null;
  readonly #store: S3Store;
  readonly #exportId: string | null;
  /** Where the paths of documents begin; empty, or ends in `/`. */
  readonly #documents: string;
  /** Where the paths of parts begin; empty, or ends in `/`. */
  readonly #prefix: string;
  #lock: S3Lock | null = null;
  /** What the next checkpoint has to hold, by path. */
  readonly #parts = new Map<string, PartState>();
  /** IDs of the uploads that the saved checkpoint names. */
  #known = new Set<string>();
  /** Uploads that were begun here and that no checkpoint can name yet: their paths by their IDs. */
  readonly #unknown = new Map<string, string>();

  constructor(name: string, store: S3Store, { prefix }: S3Address) {
    this.name = name;
    const gathered = gatheredExport(prefix);
    this.#store = store;
    this.partsRoot = gathered === null ? null : PARTS_ROOT;
    this.#exportId = gathered?.exportId ?? null;
    this.#documents = folderPrefix(prefix);
    this.#prefix = gathered === null ? this.#documents : folderPrefix(gathered.root);
  }

  describe(path: string): string {
    return this.#store.nameOf(this.#document(path));
  }

  describePart(path: string): string {
    return this.#store.nameOf(this.#key(path));
  }

  ownsFolder(folder: string): boolean {
    return isTableFolder(folder, this.#exportId);
  }

  async lock(): Promise<() => Promise<void>> {
    const lock = await S3Lock.take(this.#store, this.#document(LOCK_PATH), this.name);
    this.#lock = lock;
    return () => lock.release();
  }

  async loadText(path: string): Promise<string | null> {
    const found = await this.#store.get(this.#document(path));
    return found === null ? null : found.body.toString('utf8');
  }

  async saveText(path: string, content: string | Uint8Array): Promise<void> {
    await this.#lock?.check();
    await this.#store.put(this.#document(path), Buffer.from(content));
  }

  async createText(path: string, content: string | Uint8Array): Promise<boolean> {
    const key = this.#document(path);
    if ((await this.#store.head(key)) !== null) return false;
    await this.#lock?.check();
    await this.#store.put(key, Buffer.from(content));
    return true;
  }

  remove(path: string): Promise<void> {
    return this.#store.remove(this.#document(path));
  }

  async loadCheckpoint(): Promise<SavedCheckpoint | null> {
    const found = await this.#store.get(this.#document(CHECKPOINT_PATH));
    if (found === null) return null;
    const name = this.describe(CHECKPOINT_PATH);
    const { text, parts } = parseState(found.body, name);
    this.#parts.clear();
    for (const part of parts) this.#parts.set(part.path, part);
    this.#markSaved();
    return { name, text, savedAt: found.modifiedAt };
  }

  async saveCheckpoint(text: string): Promise<void> {
    await this.#lock?.check();
    const parts = [...this.#parts.values()];
    // Before the request, whose answer may be lost: what a checkpoint may name must not be ended by `close`.
    for (const { uploadId } of parts) if (uploadId !== null) this.#unknown.delete(uploadId);
    await this.#store.put(this.#document(CHECKPOINT_PATH), formatState(text, parts));
    this.#markSaved();
    for (const part of parts) if (part.isFinished) await this.#publish(part);
  }

  async restartCheckpoint(text: string): Promise<void> {
    this.#parts.clear();
    await this.saveCheckpoint(text);
  }

  async removeCheckpoint(): Promise<void> {
    await this.remove(CHECKPOINT_PATH);
    this.#parts.clear();
    this.#markSaved();
  }

  async createPart(path: string): Promise<PartWriter> {
    this.#parts.delete(path);
    return S3Part.create(this.#host, path);
  }

  async resumePart(part: CommittedPart): Promise<PartWriter> {
    const state = this.#parts.get(part.path);
    if (state === undefined) throw this.#damaged(part.path, 'no upload is recorded');
    await this.#checkSent(state);
    const writer = S3Part.resume(this.#host, state);
    const { bytes, sha256 } = writer.digest;
    if (bytes !== part.bytes || sha256 !== part.sha256)
      throw this.#damaged(part.path, 'its upload is at another byte');
    return writer;
  }

  async checkPart(part: CommittedPart): Promise<void> {
    const found = await this.#store.head(this.#key(part.path));
    const state = this.#parts.get(part.path);
    if (found?.bytes === part.bytes) {
      this.#parts.delete(part.path);
      return;
    }
    if (found !== null) throw this.#damaged(part.path, `it has ${found.bytes} bytes, not ${part.bytes}`);
    if (state === undefined) throw this.#damaged(part.path, 'it is missing');
    await this.#checkSent(state);
    await this.#publish(state);
  }

  async listParts(folder: string): Promise<readonly PartEntry[]> {
    const prefix = this.#key(`${folder}/`);
    const { objects, folders } = await this.#store.list(prefix);
    for (const name of folders.filter((one) => one.includes('=')))
      objects.push(...(await this.#store.listAll(`${prefix}${name}/`)));
    const uploads = await this.#store.listUploads(prefix);
    return [
      ...objects.map((object) => ({
        key: object.key,
        isOpen: false,
        isStale: false,
        bytes: object.bytes,
        modifiedAt: object.modifiedAt,
        discard: () => this.#store.remove(object.key),
      })),
      ...uploads.map(({ key, uploadId, beganAt }) => ({
        key,
        isOpen: true,
        isStale: !this.#known.has(uploadId),
        bytes: null,
        modifiedAt: beganAt,
        discard: () => this.#store.abortUpload(key, uploadId),
      })),
    ].flatMap(({ key, ...entry }) =>
      isPartName(key.slice(prefix.length)) ? [{ path: key.slice(this.#prefix.length), ...entry }] : [],
    );
  }

  async listFolders(): Promise<readonly string[]> {
    const { folders } = await this.#store.list(this.#prefix);
    const uploads = await this.#store.listUploads(this.#prefix);
    const names = uploads.map(({ key }) => key.slice(this.#prefix.length).split('/')[0] ?? '');
    const all = [...new Set([...folders, ...names])];
    const id = this.#exportId;
    return id === null ? all : all.map((name) => `${name}/${id}`).filter((folder) => this.ownsFolder(folder));
  }

  async listNames(folder: string): Promise<readonly string[]> {
    const prefix = this.#key(`${folder}/`);
    const { objects, folders } = await this.#store.list(prefix);
    return [...objects.map(({ key }) => key.slice(prefix.length)), ...folders].filter((name) => name !== '');
  }

  async openFile(path: string): Promise<StoredFile | null> {
    const found = await this.#store.head(this.#key(path));
    if (found === null) return null;
    return {
      path,
      isFile: true,
      localPath: null,
      bytes: found.bytes,
      read: (start = 0, end = found.bytes) => this.#store.read(found, start, end),
      scan: () => this.#store.read(found, 0, found.bytes),
    };
  }

  async loadPointer(name: string): Promise<string | null> {
    const text = await this.loadText(name);
    if (text === null) return null;
    const [, folder] = POINTER.exec(text) ?? [];
    if (folder !== undefined) return folder;
    throw new CheckpointError(
      'OUTPUT_OCCUPIED',
      `"${this.describe(name)}" is no name of a folder that an export has written`,
    );
  }

  savePointer(name: string, folder: string): Promise<void> {
    return this.saveText(name, `${folder}\n`);
  }

  /** A folder is there as long as an object is. */
  async removeFolder(): Promise<void> {}

  /** What a store has taken stays. */
  async settle(): Promise<void> {}

  async close(): Promise<void> {
    try {
      for (const [uploadId, path] of this.#unknown) await this.#store.abortUpload(this.#key(path), uploadId);
    } catch {
      // Whoever goes on here, or `gc`, ends them: the failure that led here must be told, not this one.
    } finally {
      this.#store.close();
    }
  }

  get #host(): PartHost {
    return {
      begin: async (path) => {
        const uploadId = await this.#store.createUpload(this.#key(path));
        this.#unknown.set(uploadId, path);
        return uploadId;
      },
      send: (path, uploadId, number, body) => this.#store.uploadPart(this.#key(path), uploadId, number, body),
      note: (state) => void this.#parts.set(state.path, state),
      isCrowded: () => this.#parts.size > UNCROWDED_PARTS,
    };
  }

  /** Shows a part whose bytes are all at the store, or in the checkpoint, under its final name. */
  async #publish(part: PartState): Promise<void> {
    const key = this.#key(part.path);
    if (part.uploadId === null) {
      await this.#store.put(key, part.tail);
    } else if (!(await this.#store.completeUpload(key, part.uploadId, part.sent))) {
      // Completed before, and the answer was lost: then it is there, whole.
      const bytes = part.sent.reduce((sum, sent) => sum + sent.bytes, 0);
      if ((await this.#store.head(key))?.bytes !== bytes)
        throw this.#damaged(part.path, 'its upload is gone');
    }
    this.#parts.delete(part.path);
  }

  /** @throws CheckpointError `CHECKPOINT_INVALID` when the store does not hold what was sent */
  async #checkSent({ path, uploadId, sent }: PartState): Promise<void> {
    if (uploadId === null) return;
    const held = await this.#store.listUploadParts(this.#key(path), uploadId);
    if (held === null) throw this.#damaged(path, 'its upload is gone');
    sent.forEach((part, index) => {
      const found = held.get(index + 1);
      if (found === undefined || found.bytes !== part.bytes || bare(found.etag) !== bare(part.etag))
        throw this.#damaged(path, `part ${index + 1} of its upload is not what was sent`);
    });
  }

  #markSaved(): void {
    this.#known = new Set([...this.#parts.values()].flatMap(({ uploadId }) => uploadId ?? []));
  }

  #document(path: string): string {
    return this.#documents + path;
  }

  #key(path: string): string {
    return this.#prefix + path;
  }

  #damaged(path: string, what: string): CheckpointError {
    return new CheckpointError(
      'CHECKPOINT_INVALID',
      `Cannot resume: "${this.describePart(path)}" does not match the checkpoint: ${what}`,
      { details: { path } },
    );
  }
}

function folderPrefix(prefix: string): string {
  return prefix === '' ? '' : `${prefix}/`;
}

/** Some stores quote ETags in one answer and not in another. */
function bare(etag: string): string {
  return etag.replaceAll('"', '');
}
