import { PageError } from '../errors.js';

/**
 * What no answer of GES comes near. Values take up to thirty times their text in memory, so an answer within its
 * length could still fill it; a record, and everything beside the records, is held whole.
 */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;
export const MAX_ENVELOPE_BYTES = 16 * 1024 * 1024;
/** Of the top level, of `data` and of `data.outputs`, each. */
export const MAX_MEMBERS = 10_000;
export const MAX_RECORDS = 16 * 1024 * 1024;

/** @param byteOffset where in the answer */
export function tooLarge(what: string, byteOffset: number): PageError {
  return new PageError('PAGE_INVALID', `The answer has ${what}: no result of GES does`, {
    retryable: false,
    details: { byteOffset },
  });
}
