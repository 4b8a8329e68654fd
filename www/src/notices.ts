import type { AnyItem } from "pricetag";
import type { Attempt, Receipt } from "./server.js";
import type { Entry } from "./plan-list.js";

/** Where something is said: beside what it is about. */
export type Place = "form" | "plan" | "account";

export type Notice =
  | { kind: "receipt"; receipt: Receipt; items: readonly AnyItem[] }
  | { kind: "problem"; message: () => string; retry?: Attempt; accept?: Attempt }
  /** The way back is there as long as the plan is as this step left it. */
  | { kind: "said"; message: string; undo?: { before: readonly Entry[]; after: readonly Entry[] } };
