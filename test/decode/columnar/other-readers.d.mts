import type { TablePlan } from '../../../src/model.js';

export function hasPlainNames(plan: TablePlan): boolean;
export function compareReaders(plan: TablePlan, bytes: Buffer): Promise<string | null>;
