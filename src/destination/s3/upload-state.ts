import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CheckpointError } from '../../errors.js';

const count = z.number().int().nonnegative();

const uploadedPart = z.strictObject({ etag: z.string(), bytes: count });

const savedPart = z.strictObject({
  /** The final name, relative to the place. */
  path: z.string(),
  /** Whether all its bytes are here or at the store; it only has to be shown under its name then. */
  isFinished: z.boolean(),
  /** Null until the first bytes were sent. */
  uploadId: z.string().nullable(),
  /** What was sent, in order: part 1, part 2, … of the upload. */
  sent: z.array(uploadedPart),
  /** Bytes that were not sent yet; they follow in the file. */
  tailBytes: count,
  tailSha256: z.string(),
  /** Of everything so far (`ResumableSha256.save`). */
  hash: z.string(),
});

const headSchema = z.strictObject({
  version: z.literal(1),
  textBytes: count,
  parts: z.array(savedPart),
});

/** A part that a checkpoint tells of and that is not shown under its final name yet. */
export interface PartState extends Omit<z.infer<typeof savedPart>, 'tailBytes' | 'tailSha256'> {
  /** Less than the store takes as a part of its own, unless it is all there is. */
  readonly tail: Uint8Array;
}

/**
 * The checkpoint of a store, one object, because a store replaces one object at a time: a line of JSON with the
 * uploads, the checkpoint of the export, and the tails of the parts one after the other.
 */
export function formatState(text: string, parts: readonly PartState[]): Buffer {
  const body = Buffer.from(text);
  const head: z.infer<typeof headSchema> = {
    version: 1,
    textBytes: body.length,
    parts: parts.map(({ tail, ...part }) => ({ ...part, tailBytes: tail.length, tailSha256: sha256(tail) })),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body, ...parts.map(({ tail }) => tail)]);
}

/** @throws CheckpointError `CHECKPOINT_INVALID` */
export function parseState(bytes: Buffer, name: string): { text: string; parts: PartState[] } {
  const lineEnd = bytes.indexOf(0x0a);
  const head = headSchema.safeParse(parse(bytes.toString('utf8', 0, Math.max(0, lineEnd))));
  if (!head.success) throw invalid(name, 'its first line is none that this version can read');
  const { textBytes, parts } = head.data;
  let at = lineEnd + 1 + textBytes;
  const text = bytes.toString('utf8', lineEnd + 1, at);
  const states = parts.map(({ tailBytes, tailSha256, ...part }) => {
    const tail = bytes.subarray(at, at + tailBytes);
    at += tailBytes;
    if (tail.length !== tailBytes || sha256(tail) !== tailSha256)
      throw invalid(name, `the bytes of "${part.path}" in it have changed`);
    return { ...part, tail };
  });
  if (at !== bytes.length) throw invalid(name, 'it has another length than it says');
  return { text, parts: states };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function invalid(name: string, what: string): CheckpointError {
  return new CheckpointError('CHECKPOINT_INVALID', `Cannot resume: "${name}" is no checkpoint: ${what}`, {
    details: { path: name },
  });
}
