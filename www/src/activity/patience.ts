import { Refusal } from "../server.js";

/** Seconds to wait where the server does not say how many. */
const SECONDS = 5;

/** Resolves after some seconds, or at once when nobody waits any more. */
function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** One of many requests: where the tier allows no more in this minute, it waits as long as the server says. */
export async function patiently<T>(request: () => Promise<T>, signal: AbortSignal, waits: (waiting: boolean) => void): Promise<T> {
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof Refusal && error.status === 429) || signal.aborted) throw error;
      waits(true);
      await pause(error.retryAfter ?? SECONDS, signal);
      waits(false);
      signal.throwIfAborted();
    }
  }
}

/** Long tasks are felt: after so many milliseconds the page gets its turn. */
const TURN_MS = 12;

/** Gives the page its turn when this has worked for long enough. */
export class Turns {
  #since = performance.now();

  async take(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#since = performance.now();
  }
}
