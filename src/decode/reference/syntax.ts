import { PageError } from '../../errors.js';

// The bytes that give JSON text its structure (RFC 8259, section 2).
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const COMMA = 0x2c;
export const COLON = 0x3a;

/**
 * Arrays and objects nested deeper than this are refused. Results nest less than ten deep; a job of BMS or SDRS takes
 * three for each level of sub-jobs, of which 340 are so read.
 */
export const MAX_DEPTH = 1024;

export function invalidJson(problem: string, offset: number): PageError {
  return new PageError('PAGE_INVALID', `The answer is not valid JSON: ${problem} at byte ${offset}`, {
    retryable: true,
    details: { byteOffset: offset },
  });
}
