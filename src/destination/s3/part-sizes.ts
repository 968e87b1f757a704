/** The most parts that an upload may have (S3 and OBS, "Multipart upload limits"). */
export const MAX_PARTS = 10_000;

const MIB = 1024 * 1024;
/** The least that stores take as a part that is not the last one. */
const LEAST_BYTES = 5 * MIB;
/** Parts double in size after so many, so that 10000 of them hold 302 GiB. */
const PARTS_OF_A_SIZE = 2000;

/**
 * The bytes of part `number` of an upload, counted from 1; the last one may have fewer. It depends on the number
 * alone, so an export that was stopped cuts its files where an uninterrupted one does and gets the same ETags.
 */
export function partBytes(number: number): number {
  return LEAST_BYTES * 2 ** Math.floor((number - 1) / PARTS_OF_A_SIZE);
}
