import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planWindows } from '../../src/pager/plan-windows.js';

const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2_000 }));

test('windows tile the range exactly, within page size and boundaries', () => {
  fc.assert(
    fc.property(fc.nat(2_000), fc.nat(2_000), size, size, (start, more, pageSize, boundary) => {
      const total = start + more;
      let next = start;
      for (const { offset, limit } of planWindows(start, total, pageSize, boundary)) {
        expect(offset).toBe(next);
        expect(limit).toBeGreaterThan(0);
        expect(limit).toBeLessThanOrEqual(pageSize);
        expect(Math.floor((offset + limit - 1) / boundary)).toBe(Math.floor(offset / boundary));
        next = offset + limit;
      }
      expect(next).toBe(total);
    }),
  );
});

test('no window could be joined with the next one', () => {
  fc.assert(
    fc.property(fc.nat(2_000), size, size, (total, pageSize, boundary) => {
      for (const { offset, limit } of planWindows(0, total, pageSize, boundary)) {
        const end = offset + limit;
        expect(limit === pageSize || end % boundary === 0 || end === total).toBe(true);
      }
    }),
  );
});

test('begun at the end of any window, the plan is the rest of the whole plan', () => {
  fc.assert(
    fc.property(fc.nat(500), size, size, (total, pageSize, boundary) => {
      const all = [...planWindows(0, total, pageSize, boundary)];
      all.forEach(({ offset, limit }, index) => {
        expect([...planWindows(offset + limit, total, pageSize, boundary)]).toEqual(all.slice(index + 1));
      });
    }),
  );
});

test('a range with nothing in it gives no window', () => {
  expect([...planWindows(0, 0, 10, 10)]).toEqual([]);
  expect([...planWindows(20, 20, 10, 10)]).toEqual([]);
});
