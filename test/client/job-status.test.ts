import { expect, test } from 'vitest';
import { readJobStatus } from '../../src/client/job-status.js';

test.each([
  ['pending', 'pending'],
  ['waiting', 'pending'],
  ['Suspended', 'pending'],
  ['init', 'pending'],
  ['running', 'running'],
  ['Running', 'running'],
  ['success', 'done'],
  ['Succeeded', 'done'],
  ['complete', 'done'],
  [' complete ', 'done'],
  ['partiallyFailed', 'partial'],
  ['partFailed', 'partial'],
  ['partially failed', 'partial'],
  ['PARTIALLY_FAILED', 'partial'],
  ['failed', 'failed'],
  ['FAIL', 'failed'],
  ['cancelled', 'failed'],
  ['canceled', 'failed'],
  ['rolling back', 'unknown'],
  ['constructor', 'unknown'],
  ['__proto__', 'unknown'],
  ['', 'unknown'],
])('"%s" means %s; with a failure beside it, failed, but for a part', (word, status) => {
  expect(readJobStatus(word, false)).toBe(status);
  expect(readJobStatus(word, true)).toBe(status === 'partial' ? 'partial' : 'failed');
});

test('an answer without a status is unknown', () => {
  expect(readJobStatus(null, false)).toBe('unknown');
});
