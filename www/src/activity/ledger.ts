import type { AnyItem, Estimate, Range, Settlement } from "pricetag";
import type { Delivered } from "../rerating.js";
import { ask, read } from "../server.js";
import type { Days } from "./range.js";

/** What the ledger answers about an account's past. Amounts are credits, times UTC. */

export interface Figures {
  captures: number;
  outputs: number;
  estimated: number;
  charged: number;
  /** Null where there were no outputs. */
  averagePerOutput: number | null;
}

export interface Group extends Figures {
  key: string | null;
}

export interface Usage extends Days {
  by: string;
  total: Figures;
  /** The dearest ones, or all days. */
  groups: Group[];
  /** Groups that were charged less than those that are listed. */
  groupsLeftOut: number;
  /** Null without charges, and before there are three days of history. */
  daysToExhaustion: number | null;
}

/** How a balance stood, and the last entry of that time. */
export interface Standing {
  seq: number;
  posted: number;
  held: number;
}

export interface DayStanding extends Standing {
  day: string;
}

export interface Balances extends Days {
  /** Before the first day; null where the account was not there. */
  opening: Standing | null;
  days: DayStanding[];
}

export interface Entry {
  seq: number;
  kind: string;
  at: string;
  postedBefore: number;
  postedAfter: number;
  heldBefore: number;
  heldAfter: number;
  holdId: string | null;
  /** Of its hold. */
  asset: string | null;
  note: string | null;
}

export interface EntryPage {
  entries: Entry[];
  next: number | null;
}

export interface HoldRecord {
  id: string;
  status: "held" | "captured" | "released" | "expired";
  amount: number;
  createdAt: string;
  expiresAt: string | null;
  resolvedAt: string | null;
  asset: string | null;
  plan: { items: AnyItem[] };
  estimate: Estimate;
  settlement: Settlement | null;
}

export interface Capture extends Delivered {
  holdId: string;
  at: string;
  asset: string | null;
  estimated: Range;
  charge: number;
}

export interface CapturePage {
  captures: Capture[];
  next: string | null;
}

/** Asks for the person whose key it is, until the signal says that nobody wants to know any more. */
export class Ledger {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  async #get<T>(path: string, parameters: Record<string, string | number | null>, signal: AbortSignal): Promise<T> {
    const given = Object.entries(parameters).filter((pair): pair is [string, string | number] => pair[1] !== null);
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    const response = await ask(query === "" ? path : `${path}?${query}`, {
      headers: { Authorization: `Bearer ${this.#key}` },
      signal,
    });
    return read<T>(response);
  }

  usage(by: string, { from, to }: Days, signal: AbortSignal): Promise<Usage> {
    return this.#get("/v1/usage", { by, from, to }, signal);
  }

  balances({ from, to }: Days, signal: AbortSignal): Promise<Balances> {
    return this.#get("/v1/balances", { from, to }, signal);
  }

  entriesBefore(before: number, limit: number, signal: AbortSignal): Promise<EntryPage> {
    return this.#get("/v1/entries", { before, limit }, signal);
  }

  captures({ from, to }: Days, after: string | null, limit: number, signal: AbortSignal): Promise<CapturePage> {
    return this.#get("/v1/captures", { from, to, after, limit }, signal);
  }

  hold(id: string, signal: AbortSignal): Promise<HoldRecord> {
    return this.#get(`/v1/holds/${encodeURIComponent(id)}`, {}, signal);
  }
}
