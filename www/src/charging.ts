import { RateCard, type Range } from "pricetag";
import { cardSeen } from "./card-seen.js";
import { storeKey } from "./credential.js";
import type { Place } from "./notices.js";
import { charge, fetchAccount, fetchCard, newAttempt, Refusal, Unreachable, type Attempt } from "./server.js";
import type { Studio } from "./studio.js";
import { text } from "./text/index.js";
import { isDefinite, keepUnresolved, resolve, unresolvedOf } from "./unresolved.js";
import { tierTitle } from "./account.js";
import { figure } from "./figures.js";
import { bringIntoSight } from "./views/notice.js";

/** Talks to the server for the studio: which card is in force, whose account it is, and charging. */
export class Charging {
  readonly #studio: Studio;
  readonly #announce: (message: string) => void;

  constructor(studio: Studio, announce: (message: string) => void) {
    this.#studio = studio;
    this.#announce = announce;
  }

  /** What is shown must be what is charged: where the server has another card, the page takes that one. */
  async refreshCard(): Promise<void> {
    const studio = this.#studio;
    const before = studio.warning;
    try {
      const json = await fetchCard(studio.card.fingerprint);
      studio.warning = null;
      const isTaken = json === null || this.#takeCard(json);
      if (isTaken) studio.cardIsKnown();
      cardSeen(isTaken && studio.card.fingerprint === RateCard.builtin().fingerprint);
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Refusal)) throw error;
      studio.warning = () => text.offline;
    }
    // Nearly always there is nothing new to show.
    if (studio.warning !== before) studio.changed();
  }

  /** Answers whether it is one. */
  #takeCard(json: string): boolean {
    const studio = this.#studio;
    const card = RateCard.parse(json);
    if ("errors" in card) {
      const [fault] = card.errors;
      if (fault !== undefined) studio.warning = () => text.badCard(fault);
      return false;
    }
    studio.useCard(card);
    studio.warning = () => text.newCard;
    return true;
  }

  async useKey(key: string | null): Promise<void> {
    const studio = this.#studio;
    storeKey(key);
    studio.takeKey(key);
    studio.notices.delete("account");
    studio.changed();
    await this.refreshAccount();
  }

  async refreshAccount(): Promise<void> {
    const studio = this.#studio;
    const { key } = studio;
    if (key === null) return;
    try {
      const server = await fetchAccount(key);
      // The answer may come after a change of key.
      if (studio.key !== key) return;
      studio.server = server;
      studio.notices.delete("account");
    } catch (error) {
      if (studio.key !== key) return;
      // Nothing was to be charged, so there is no doubt whether it was.
      const message = error instanceof Unreachable ? (): string => text.offline : this.#words(error);
      studio.notices.set("account", { kind: "problem", message });
      // A key that the server does not know is of no use to anyone; one that could not be asked about is kept.
      if (error instanceof Refusal && error.status === 401) {
        storeKey(null);
        studio.key = null;
      }
    }
    studio.changed();
  }

  /** Charges what the person saw on the button: its highest figure, by this card. */
  async run(place: Place): Promise<void> {
    const studio = this.#studio;
    const assessment = place === "form" ? studio.assessForm() : studio.assessPlan();
    if (assessment.estimate === null) return;
    const items = studio.itemsOf(place);
    const { card, total } = assessment.estimate;
    const unresolved = studio.key === null ? undefined : unresolvedOf(studio.key, items, studio.document);
    await this.send(place, unresolved ?? newAttempt(items, card.fingerprint, total.high), total);
  }

  /** Sends an attempt, for the first time or again: the server charges it once. */
  async send(place: Place, attempt: Attempt, before: Range | null): Promise<void> {
    const studio = this.#studio;
    if (studio.running !== null) return;
    const { key } = studio;
    if (key === null) {
      studio.notices.set("account", { kind: "problem", message: () => text.keyNeeded });
      studio.changed();
      return;
    }
    studio.running = place;
    studio.notices.delete(place);
    studio.changed();
    keepUnresolved(key, attempt);
    try {
      const receipt = await charge(attempt, key);
      resolve(attempt);
      // What another key's account was charged is told in its activity.
      if (studio.key !== key) return;
      studio.notices.set(place, { kind: "receipt", receipt, items: attempt.plan.items });
      if (studio.server !== null) studio.server = { ...studio.server, balance: receipt.balance };
      const { unit = "credit" } = studio.document;
      this.#announce(text.announceReceipt(figure(receipt.charge, unit), balanceText(receipt.balance.available)));
    } catch (error) {
      if (isDefinite(error)) resolve(attempt);
      if (studio.key === key) await this.#refused(place, attempt, before, error);
    } finally {
      studio.running = null;
      studio.changed();
      bringIntoSight(place);
    }
    // Free units are the server's to count.
    await this.refreshAccount();
  }

  async #refused(place: Place, attempt: Attempt, before: Range | null, error: unknown): Promise<void> {
    const studio = this.#studio;
    if (error instanceof Refusal && error.body.code === "price-changed" && error.body.estimate !== undefined) {
      const { estimate } = error.body;
      await this.refreshCard();
      const accept = newAttempt(attempt.plan.items, estimate.card.fingerprint, estimate.total.high);
      studio.notices.set(place, { kind: "problem", message: this.#words(error, before), accept });
    } else {
      studio.notices.set(place, {
        kind: "problem",
        message: this.#words(error),
        ...(isDefinite(error) ? {} : { retry: attempt }),
      });
    }
  }

  /** Announces what went wrong; the words can be had again in another language. */
  #words(error: unknown, before: Range | null = null): () => string {
    const said = (): string => problemWords(error, this.#studio, before);
    this.#announce(said());
    return said;
  }
}

const balanceText = (available: number | null): string =>
  available === null ? text.unlimited.toLowerCase() : figure(available, "credit");

function problemWords(error: unknown, studio: Studio, before: Range | null): string {
  if (error instanceof Unreachable) return text.problem.unreachable;
  if (!(error instanceof Refusal)) throw error;
  const { unit = "credit" } = studio.document;
  const { body, status } = error;
  switch (body.code) {
    case "price-changed":
      return text.problem["price-changed"](figure(body.estimate?.total ?? null, unit), figure(before, unit));
    case "insufficient-credits":
      return text.problem["insufficient-credits"](figure(body.shortBy ?? null, unit));
    case "not-in-tier":
      return body.needs === null || body.needs === undefined
        ? text.problem["not-in-tier-at-all"]
        : text.problem["not-in-tier"](tierTitle(studio.document, body.needs));
    case "in-progress":
    case "account-locked":
    case "storage-limit":
      return text.problem[body.code];
  }
  if (status === 401) return text.problem.unauthorized;
  if (status === 429) return text.problem["rate-limited"];
  if (status === 503) return text.problem.unavailable;
  const faults = (body.errors ?? []).map(({ message }) => message).join("; ");
  return text.problem.other(body.title ?? String(status), faults || (body.detail ?? ""), body.code ?? String(status));
}
