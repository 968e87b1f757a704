import type { EncodedRows } from '../../model.js';

/** Takes what the core makes of the rows of one table, window after window. */
export interface RowOutput {
  /** Bytes that wait. */
  readonly bytes: number;
  /** Begins a window; what the last one gave must not be used any more. */
  begin(): void;
  /** What came so far stays. */
  accept(): void;
  /** Takes back what came since the last `accept`. */
  drop(): void;
  /** To be called when the core has no room: takes its output, or its open pages. */
  takeFull(): void;
  /** To be called when a list of records has ended: takes the rest of the output. */
  takeRest(): void;
  /** The rows of the window, so many; their memory is the output's until the next window begins. */
  end(rows: number): Promise<Omit<EncodedRows, 'overflowRows'>>;
}
