import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { CheckpointError } from '../../errors.js';
import { isAlive, type LockHolder, newClaim, seesProcess } from '../output-lock.js';
import type { S3Store } from './s3-store.js';

const lockSchema = z.object({
  id: z.string(),
  pid: z.number(),
  host: z.string(),
  startTicks: z.string(),
  pidSpace: z.string().default(''),
});

/** The holder writes its lock anew so often; one that was not renewed for `LEASE_MS` is nobody's. */
const RENEW_MS = 15_000;
const LEASE_MS = 60_000;
/** Two that found no lock at the same time both write theirs; after this time the later one has won. */
const SETTLE_MS = 500;

/**
 * The lock of a prefix: an object that names its holder. Without a conditional PUT, which not every store has,
 * two processes can both believe for a moment that they hold it; so it is written, read again after a while, and
 * read again before every checkpoint. Whoever finds another's lock there stops.
 */
export class S3Lock {
  readonly #store: S3Store;
  readonly #key: string;
  readonly #place: string;
  readonly #mine: LockHolder;
  #renewing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  private constructor(store: S3Store, key: string, place: string, mine: LockHolder) {
    this.#store = store;
    this.#key = key;
    this.#place = place;
    this.#mine = mine;
  }

  /** @throws CheckpointError `OUTPUT_LOCKED` */
  static async take(store: S3Store, key: string, place: string): Promise<S3Lock> {
    const lock = new S3Lock(store, key, place, await newClaim());
    await lock.#refuseLiving();
    await lock.#write();
    await sleep(SETTLE_MS);
    await lock.check();
    // A renewal that fails only lets the lock age: the next one, or the check before a checkpoint, will tell.
    lock.#timer = setInterval(() => {
      lock.#renewing = lock
        .check()
        .then(() => lock.#write())
        .catch(() => undefined);
    }, RENEW_MS);
    lock.#timer.unref();
    return lock;
  }

  /** @throws CheckpointError `OUTPUT_LOCKED` when another process has taken the prefix */
  async check(): Promise<void> {
    const found = await this.#read();
    if (found === null || found.lock.id !== this.#mine.id) throw this.#locked(found?.lock ?? null);
  }

  async release(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#renewing;
    const found = await this.#read();
    if (found?.lock.id === this.#mine.id) await this.#store.remove(this.#key);
  }

  async #refuseLiving(): Promise<void> {
    const found = await this.#read();
    if (found === null) return;
    const isLiving = (await seesProcess(found.lock)) ? await isAlive(found.lock) : found.ageMs < LEASE_MS;
    if (isLiving) throw this.#locked(found.lock);
  }

  #write(): Promise<void> {
    return this.#store.put(this.#key, Buffer.from(JSON.stringify(this.#mine)));
  }

  /** Null where there is no lock, or none that can be read: it is nobody's. */
  async #read(): Promise<{ lock: LockHolder; ageMs: number } | null> {
    const found = await this.#store.get(this.#key);
    if (found === null) return null;
    const lock = lockSchema.safeParse(parse(found.body.toString('utf8')));
    if (!lock.success) return null;
    return { lock: lock.data, ageMs: this.#store.now.getTime() - found.modifiedAt.getTime() };
  }

  #locked(holder: LockHolder | null): CheckpointError {
    const where = holder === null || holder.host === hostname() ? '' : ` on ${holder.host}`;
    const who = holder === null ? 'a process that is gone' : `process ${holder.pid}${where}`;
    return new CheckpointError(
      'OUTPUT_LOCKED',
      `Another export (${who}) is writing to "${this.#place}"; the lock is "${this.#store.nameOf(this.#key)}"`,
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
