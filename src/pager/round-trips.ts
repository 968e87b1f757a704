/** A near server answers a request for two records within a fraction of this, also while this process is busy. */
const LONG_MS = 40;
/** So many requests in a row must have taken long: one alone may have waited for this process. */
const WATCHED = 4;

/** How long small requests take, which is the way to the server and back. */
export class RoundTrips {
  readonly #last: number[] = [];

  get areLong(): boolean {
    return this.#last.length > 0 && Math.min(...this.#last) >= LONG_MS;
  }

  async measured<T>(request: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const result = await request();
    this.#last.push(performance.now() - begun);
    if (this.#last.length > WATCHED) this.#last.shift();
    return result;
  }
}
