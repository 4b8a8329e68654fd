import type { Card } from "pricetag";
import { Sum } from "../exact.js";
import { Rerating } from "../rerating.js";
import { Refusal, Unreachable } from "../server.js";
import { fetchCaptures, type Capture } from "./captures.js";

/** What some past charges came to, and would come to; null once a sum is too large to be exact. */
export interface PastTotals {
  charged: number | null;
  now: number | null;
  then: number | null;
}

export interface PastRun {
  state: "running" | "stopped" | "failed" | "done";
  /** Charges that were read, those that are left out included. */
  read: number;
  /** Charges that one of the two cards has no price for. */
  skipped: number;
  totals: PastTotals;
  problem: Refusal | Unreachable | null;
  /** What it is about, to tell whether that is still what is asked. */
  about: string;
}

export interface PastQuestion {
  key: string;
  from: string;
  to: string;
  now: Card;
  then: Card;
  about: string;
}

/** One answer's worth: few enough that progress is seen, and that stopping is quick. */
const CAPTURES_AT_ONCE = 200;
/** Rates the account's past charges anew on two cards, page by page; it can be stopped and gone on with. */
export class Past {
  run: PastRun | null = null;
  #question: PastQuestion | null = null;
  #after: string | null = null;
  #abort: AbortController | null = null;
  #sums = { charged: new Sum(), now: new Sum(), then: new Sum() };

  async start(question: PastQuestion, redraw: () => void): Promise<void> {
    this.#abort?.abort();
    this.#question = question;
    this.#after = null;
    this.#sums = { charged: new Sum(), now: new Sum(), then: new Sum() };
    const totals = { charged: 0, now: 0, then: 0 };
    this.run = { state: "running", read: 0, skipped: 0, totals, problem: null, about: question.about };
    await this.goOn(redraw);
  }

  stop(redraw: () => void): void {
    this.#abort?.abort();
    if (this.run?.state === "running") this.run = { ...this.run, state: "stopped" };
    redraw();
  }

  /** Reads on from where it was stopped. */
  async goOn(redraw: () => void): Promise<void> {
    const question = this.#question;
    if (question === null || this.run === null) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.run = { ...this.run, state: "running", problem: null };
    redraw();
    const cards = { now: new Rerating(question.now), then: new Rerating(question.then) };
    try {
      await this.#readAll(question, cards, abort.signal, redraw);
    } catch (error) {
      if (abort.signal.aborted) return;
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      this.run = { ...this.run, state: "failed", problem: error };
    } finally {
      cards.now.free();
      cards.then.free();
    }
    redraw();
  }

  async #readAll(question: PastQuestion, cards: Record<"now" | "then", Rerating>, signal: AbortSignal, redraw: () => void): Promise<void> {
    for (;;) {
      const { captures, next } = await fetchCaptures(question, this.#after, CAPTURES_AT_ONCE, signal);
      signal.throwIfAborted();
      this.#take(captures, cards);
      if (this.run === null) return;
      // An answer that leads to itself would never end.
      if (next === null || next === this.#after) {
        this.run = { ...this.run, state: "done" };
        return;
      }
      this.#after = next;
      redraw();
    }
  }

  #take(captures: Capture[], cards: Record<"now" | "then", Rerating>): void {
    if (this.run === null) return;
    let { skipped } = this.run;
    const { charged, now, then } = this.#sums;
    for (const capture of captures) {
      const [before, after] = [cards.now.charge(capture), cards.then.charge(capture)];
      if (before === null || after === null) {
        skipped += 1;
        continue;
      }
      charged.add(capture.charge);
      now.add(before);
      then.add(after);
    }
    const totals = { charged: charged.credits, now: now.credits, then: then.credits };
    this.run = { ...this.run, skipped, totals, read: this.run.read + captures.length };
  }
}
