import { PageError } from '../../errors.js';

/** Arrays and objects nested deeper than this are refused; GES results nest less than ten deep. */
export const MAX_DEPTH = 256;

export function invalidJson(problem: string, offset: number): PageError {
  return new PageError('PAGE_INVALID', `The answer is not valid JSON: ${problem} at byte ${offset}`, {
    retryable: true,
    details: { byteOffset: offset },
  });
}
