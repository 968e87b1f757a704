import { z } from 'zod';
import type { EdgeRecord, VertexRecord } from './elements.js';

type Element = VertexRecord | EdgeRecord;

/** Whether an element passes. */
export type Fits = (element: Element) => boolean;

/** What a filter says that cannot be done; where it stands decides about the error code. */
export class FilterError extends Error {}

const leaf = z.strictObject({
  leftvalue: z.union([
    z.strictObject({ label_name: z.literal('labelName') }),
    z.strictObject({ property_name: z.string() }),
    z.strictObject({ id: z.unknown() }),
  ]),
  predicate: z.string(),
  rightvalue: z.object({ value: z.unknown().optional() }).default({}),
});
const branch = z.strictObject({
  leftvalue: z.strictObject({ property_filter: z.unknown() }),
  predicate: z.enum(['&', '|']),
  rightvalue: z.strictObject({ property_filter: z.unknown() }),
});

/**
 * `{property_filter: …}` as tables 6 to 9 of ges_03_0175 define it; all other pages refer to these. A comparison holds
 * for a list when it holds for one of its values. A right side of several values counts as its first one, but for the
 * predicates of sets.
 *
 * @param filter absent: every element passes
 * @throws FilterError for a form or a predicate that it does not know (FUZZY)
 */
export function readFilter(filter: unknown): Fits {
  if (filter === undefined || filter === null) return () => true;
  const outer = z.strictObject({ property_filter: z.unknown() }).safeParse(filter);
  if (!outer.success || outer.data.property_filter === undefined)
    throw new FilterError('property_filter is missing');
  return readCondition(outer.data.property_filter);
}

function readCondition(condition: unknown): Fits {
  const joined = branch.safeParse(condition);
  if (joined.success) {
    const { leftvalue, predicate, rightvalue } = joined.data;
    const [left, right] = [
      readCondition(leftvalue.property_filter),
      readCondition(rightvalue.property_filter),
    ];
    return predicate === '&'
      ? (element) => left(element) && right(element)
      : (element) => left(element) || right(element);
  }
  const single = leaf.safeParse(condition);
  if (!single.success) throw new FilterError('property_filter is not correct');
  const { leftvalue, predicate, rightvalue } = single.data;
  const test = PREDICATES[predicate];
  if (test === undefined) throw new FilterError(`predicate [${predicate}] is not supported`);
  const wanted = readWanted(rightvalue.value);
  if (wanted.length === 0 && predicate !== 'HAS' && predicate !== 'HASNOT')
    throw new FilterError('rightvalue is empty');
  if (predicate === 'REGEX') checkPattern(wanted[0]);
  const isList = Array.isArray(rightvalue.value);
  return (element) => test(valuesOf(element, leftvalue), wanted, isList);
}

function valuesOf(element: Element, left: z.output<typeof leaf>['leftvalue']): readonly string[] {
  if ('label_name' in left) return [element.label];
  if ('property_name' in left) return (element.properties[left.property_name] ?? []).map(String);
  return 'id' in element ? [element.id] : [];
}

function readWanted(value: unknown): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map((one) => {
    if (typeof one === 'object') throw new FilterError('rightvalue is not correct');
    return String(one);
  });
}

function checkPattern(pattern = ''): void {
  try {
    new RegExp(pattern, 'u');
  } catch {
    throw new FilterError('rightvalue is no regular expression');
  }
}

type Test = (values: readonly string[], wanted: readonly string[], isList: boolean) => boolean;

const some =
  (holds: (value: string, wanted: string) => boolean): Test =>
  (values, [wanted = '']) =>
    values.some((value) => holds(value, wanted));

const has: Test = (values, [wanted = '']) => values.includes(wanted);
const meets: Test = (values, wanted, isList) => isList && wanted.some((one) => values.includes(one));

const PREDICATES: Readonly<Record<string, Test>> = {
  '=': has,
  '!=': (values, [wanted = '']) => values.length > 0 && !values.includes(wanted),
  '<': some((value, wanted) => compareValues(value, wanted) < 0),
  '<=': some((value, wanted) => compareValues(value, wanted) <= 0),
  '>': some((value, wanted) => compareValues(value, wanted) > 0),
  '>=': some((value, wanted) => compareValues(value, wanted) >= 0),
  HAS: (values) => values.length > 0,
  HASNOT: (values) => values.length === 0,
  CONTAIN: has,
  NOTCONTAIN: (values, wanted, isList) => !has(values, wanted, isList),
  SUBSET: (values, wanted) => wanted.every((one) => values.includes(one)),
  // "A single value does not match" (table 9).
  IN: meets,
  NOTIN: (values, wanted, isList) => isList && !meets(values, wanted, isList),
  PREFIX: some((value, wanted) => value.startsWith(wanted)),
  SUBSTRING: some((value, wanted) => value.includes(wanted)),
  CISUBSTRING: some((value, wanted) => value.toLowerCase().includes(wanted.toLowerCase())),
  REGEX: some((value, wanted) => new RegExp(`^(?:${wanted})$`, 'u').test(value)),
};

/** Numbers by their value, all else as text. */
export function compareValues(one: string, other: string): number {
  const [left, right] = [Number(one), Number(other)];
  const areNumbers = one.trim() !== '' && other.trim() !== '' && !Number.isNaN(left) && !Number.isNaN(right);
  if (areNumbers) return left - right;
  return one < other ? -1 : one > other ? 1 : 0;
}
