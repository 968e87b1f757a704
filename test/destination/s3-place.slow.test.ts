import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeS3, startFakeS3 } from './fake-s3.js';
import { placeContract } from './place-contract.js';
import { openStorePlace } from './store-place.js';

let store: FakeS3;
beforeAll(async () => {
  store = await startFakeS3({ pageSize: 2 });
});
afterAll(() => store.close());

placeContract('a prefix of a strict store', {
  open: (name) => openStorePlace(store, name.replaceAll(' ', '-')),
});

test('nothing but what the tests left open on purpose is in progress', () => {
  const open = [...store.bucket.uploads.values()].map(({ key }) => key);
  expect(open).toEqual(['altered/ranks/part-00000.csv']);
});
