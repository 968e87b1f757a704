import { PageError } from '../errors.js';
import type { Answer, Window } from '../model.js';

/**
 * The laws that one answer must keep: it echoes the offset, holds what it declares and no more than was asked for, stays
 * within the total and repeats it. An offset or a size that the server leaves out is not held against it; a total that
 * it stated before and leaves out now is.
 *
 * @throws PageError with the value that was expected and the one that came
 */
export function checkAnswer(answer: Answer<unknown>, asked: Window, total: number | null): void {
  const facts = { window: asked };
  if (answer.offset !== null && answer.offset !== asked.offset) {
    throw new PageError(
      'PAGE_OFFSET_MISMATCH',
      `The page at offset ${asked.offset} says that it starts at ${answer.offset}`,
      { facts, retryable: false, details: { expected: asked.offset, actual: answer.offset } },
    );
  }
  checkDeclared(answer, asked);
  if (answer.count > asked.limit) {
    throw new PageError(
      'PAGE_COUNT_MISMATCH',
      `The page at offset ${asked.offset} holds ${answer.count} records where at most ${asked.limit} were asked for`,
      { facts, retryable: false, details: { expected: asked.limit, actual: answer.count } },
    );
  }
  if (total !== null && answer.total !== total) {
    throw totalChanged(asked, total, answer.total);
  }
  if (total !== null && asked.offset + answer.count > total) {
    throw new PageError(
      'PAGE_COUNT_MISMATCH',
      `The page at offset ${asked.offset} holds ${answer.count} records, although the total is ${total}`,
      { facts, retryable: false, details: { expected: total - asked.offset, actual: answer.count } },
    );
  }
}

/** @throws PageError where an answer holds another number of records than it declares: none at all is no end then */
export function checkDeclared({ declared, count }: Answer<unknown>, asked: Window): void {
  if (declared === null || declared === count) return;
  throw new PageError(
    'PAGE_COUNT_MISMATCH',
    `The page at offset ${asked.offset} declares ${declared} records and holds ${count}`,
    { facts: { window: asked }, retryable: false, details: { expected: declared, actual: count } },
  );
}

export function totalChanged(asked: Window, expected: number, actual: number | null): PageError {
  const what = `The total changed from ${expected} to ${actual ?? 'none'} at offset ${asked.offset}`;
  return resultChanged(asked, what, { expected, actual });
}

/** @param what has been seen in the answer for the window */
export function resultChanged(
  window: Window,
  what: string,
  details?: Readonly<Record<string, unknown>>,
): PageError {
  return new PageError('TOTAL_CHANGED', `${what}: the result is not the one that the export began with`, {
    facts: { window },
    retryable: false,
    ...(details === undefined ? {} : { details }),
  });
}
