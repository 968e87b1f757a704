/** What a worker counts in memory that is read beside it, so that nothing is lost when it hangs or is stopped. */
export const COUNTERS = ['begun', 'length', 'runs', 'answers', 'compared', 'ways'];

/** The bytes of the input at work come behind the counters, `length` of them. */
export const HEAD_BYTES = 64;
export const MAX_INPUT_BYTES = 1 << 20;
