import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { askYes } from '../../src/cli/ask-yes.js';

test.each([
  ['y\n', true],
  ['Y\n', true],
  [' yes \n', true],
  ['n\n', false],
  ['\n', false],
  ['yesterday\n', false],
  ['', false],
])('%j', async (typed, isAgreed) => {
  const input = new PassThrough();
  const output = new PassThrough();
  input.end(typed);
  expect(await askYes('Cancel all?', input, output)).toBe(isAgreed);
  output.end();
  expect(await text(output)).toMatch(/^Cancel all\? \[y\/N\] /);
});
