import type { AnyItem } from "pricetag";
import type { Attempt, Receipt } from "./server.js";

/** Where something is said: beside what it is about. */
export type Place = "form" | "plan" | "account";

export type Notice =
  | { kind: "receipt"; receipt: Receipt; items: readonly AnyItem[] }
  | { kind: "problem"; message: () => string; retry?: Attempt; accept?: Attempt }
  /** Stands until the next change. */
  | { kind: "said"; message: string };
