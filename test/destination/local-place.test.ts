import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openPlace } from '../../src/destination/open-place.js';
import { placeContract } from './place-contract.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ges-export-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

placeContract('a folder', { open: (name) => openPlace(join(root, name), { maxAttempts: 1 }) });
