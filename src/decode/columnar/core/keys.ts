// Finding the column of a key. Records of one result are alike, so the key that followed last time is tried first.

import {
  KEY_BYTES,
  KEY_COLUMN,
  KEY_HEAD,
  KEY_LENGTH,
  KEY_MASK,
  KEY_NEXT,
  KEY_TEXT,
  allocate,
} from './layout';

// A set of keys is three u32: the address of its first key, of its end, and of the key that came first last time.
const SET_BYTES: i32 = 12;
const SET_START: usize = 0;
const SET_END: usize = 4;
const SET_FIRST: usize = 8;

/** Keys of the record, or of the elements and members that are its rows. */
export const members = memory.data(SET_BYTES, 4);
/** Keys of the member `properties`. */
export const properties = memory.data(SET_BYTES, 4);

/** A set without keys has one that no text is: no text begins with the byte 0. */
export function openKeys(set: usize, count: i32): void {
  const bytes = (count == 0 ? 1 : (count as usize)) * KEY_BYTES;
  const start = allocate(bytes);
  memory.fill(start, 0, bytes);
  store<u8>(start, 0xff, KEY_MASK);
  store<u32>(set, start as u32, SET_START);
  store<u32>(set, (start + bytes) as u32, SET_END);
  store<u32>(set, start as u32, SET_FIRST);
}

// @ts-ignore: decorator
@inline
export function firstKey(set: usize): usize {
  return load<u32>(set, SET_FIRST) as usize;
}

// @ts-ignore: decorator
@inline
export function setFirstKey(set: usize, key: usize): void {
  store<u32>(set, key as u32, SET_FIRST);
}

/** Adds the key number `index`, of which the next one is likely to follow. */
export function addKey(set: usize, index: i32, column: i32, text: usize, length: usize): void {
  const start = load<u32>(set, SET_START) as usize;
  const key = start + (index as usize) * KEY_BYTES;
  const next = key + KEY_BYTES == (load<u32>(set, SET_END) as usize) ? start : key + KEY_BYTES;
  setKey(key, next, column, text, length);
}

/** @param text the key as it stands in the input, with its closing quote */
function setKey(key: usize, next: usize, column: i32, text: usize, length: usize): void {
  const head = length < 16 ? length : 16;
  memory.copy(key + KEY_HEAD, text, head);
  memory.fill(key + KEY_MASK, 0xff, head);
  store<u32>(key, text as u32, KEY_TEXT);
  store<u32>(key, length as u32, KEY_LENGTH);
  store<i32>(key, column, KEY_COLUMN);
  store<u32>(key, next as u32, KEY_NEXT);
}

// @ts-ignore: decorator
@inline
function isKeyAt(key: usize, p: usize): bool {
  const difference = v128.and(v128.xor(v128.load(p), v128.load(key)), v128.load(key, KEY_MASK));
  if (v128.any_true(difference)) return false;
  const length = load<u32>(key, KEY_LENGTH) as usize;
  return length <= 16 || memory.compare(load<u32>(key, KEY_TEXT) as usize + 16, p + 16, length - 16) == 0;
}

/** The key that stands at `p`, behind its opening quote; 0 for an unknown one. `likely` is tried first. */
// @ts-ignore: decorator
@inline
export function findKey(set: usize, likely: usize, p: usize): usize {
  return isKeyAt(likely, p) ? likely : searchKey(set, likely, p);
}

/** Goes round from the likely key: where one is left out, the next ones follow in their usual order. */
function searchKey(set: usize, likely: usize, p: usize): usize {
  let key = likely;
  const end = load<u32>(set, SET_END) as usize;
  while (true) {
    key += KEY_BYTES;
    if (key == end) key = load<u32>(set, SET_START) as usize;
    if (key == likely) return 0;
    if (isKeyAt(key, p)) return key;
  }
}
