import type { CheckedFaultPlan, Fault, FaultRule, RequestKind } from './fault-plan.js';
import { createRandom, hashText } from './random.js';

/** What fault rules look at. */
interface FaultSubject {
  readonly kind: RequestKind;
  /** Path and query: requests for the same thing share a sequence of dice. */
  readonly url: string;
  /** Null for a request that has none. */
  readonly offset: number | null;
  readonly acceptsGzip: boolean;
}

/** Chooses the fault of each request; the same requests get the same faults again for the same seed. */
export type FaultPicker = (subject: FaultSubject) => Fault | null;

/** A picker with its own counts. Interleaving of different URLs does not change what the dice give. */
export function createFaultPicker(plan: CheckedFaultPlan): FaultPicker {
  const rules = plan.rules.map((rule, index) => createRule(rule, `${plan.seed}/${index}`));
  return (subject) => {
    for (const rule of rules) {
      const fault = rule(subject);
      if (fault !== null) return fault;
    }
    return null;
  };
}

function createRule(rule: FaultRule, seed: string): FaultPicker {
  const { path, requests, offsets, probability } = rule.when;
  const seen = new Map<string, number>();
  let matching = 0;
  let left = rule.times ?? Number.POSITIVE_INFINITY;
  return (subject) => {
    if (path !== undefined && path !== subject.kind) return null;
    if (offsets !== undefined && (subject.offset === null || !isWithin(subject.offset, offsets))) return null;
    if (rule.fault.gzipCut === true && !subject.acceptsGzip) return null;
    matching += 1;
    if (requests !== undefined && !isWithin(matching, requests)) return null;
    if (probability !== undefined) {
      const nth = (seen.get(subject.url) ?? 0) + 1;
      seen.set(subject.url, nth);
      if (createRandom(hashText(`${seed}/${subject.url}/${nth}`))() >= probability) return null;
    }
    if (left === 0) return null;
    left -= 1;
    return rule.fault;
  };
}

function isWithin(value: number, range: number | readonly [number, number]): boolean {
  return typeof range === 'number' ? value === range : value >= range[0] && value <= range[1];
}
