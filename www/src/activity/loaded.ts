/** Something that is asked for when it is first wanted. What was there stays until its successor comes. */
export class Loaded<T> {
  value: T | null = null;
  /** Why there is no newer value. */
  problem: unknown = null;
  busy = false;

  #name: string | null = null;
  #abort: AbortController | null = null;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Loads what has this name, unless that is what was asked for last. An answer that comes too late is left. */
  want(name: string, load: (signal: AbortSignal) => Promise<T>): void {
    if (name === this.#name) return;
    this.#name = name;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.busy = true;
    void this.#load(load, abort);
  }

  async #load(load: (signal: AbortSignal) => Promise<T>, abort: AbortController): Promise<void> {
    try {
      const value = await load(abort.signal);
      if (this.#abort !== abort) return;
      this.value = value;
      this.problem = null;
    } catch (error) {
      if (this.#abort !== abort) return;
      this.problem = error;
    }
    this.busy = false;
    this.#changed();
  }

  /** The next time that it is wanted, it is asked for anew. */
  again(): void {
    this.#name = null;
  }

  clear(): void {
    this.again();
    this.#abort?.abort();
    this.#abort = null;
    this.value = null;
    this.problem = null;
    this.busy = false;
  }
}
