import type { Card } from "pricetag";
import { figure } from "../figures.js";
import { Refusal, Unreachable } from "../server.js";
import { text } from "../text/index.js";
import { dayText } from "./dates.js";

/** Why something could not be loaded, and what to do. */
export function problemWords(problem: unknown): string {
  const words = text.activityView.problem;
  if (problem instanceof Unreachable) return words.offline;
  if (!(problem instanceof Refusal)) return words.other(String(problem));
  switch (problem.status) {
    case 401:
      return words.key;
    case 403:
      return words.scope;
    case 429:
      return words.limit;
    case 503:
      return words.busy;
  }
  const faults = (problem.body.errors ?? []).map(({ message }) => message).join("; ");
  return words.other(faults || problem.message);
}

export interface Grouping {
  id: string;
  title: string;
}

/** What spending can be grouped by: three things that every ledger has, and every choice of the card. */
export function groupings(card: Card): Grouping[] {
  const { byOperation, byDay, byAsset } = text.activityView;
  const builtin = [
    { id: "operation", title: byOperation },
    { id: "day", title: byDay },
    { id: "asset", title: byAsset },
  ];
  const taken = new Set(builtin.map(({ id }) => id));
  const choices = card.operations.flatMap(({ choices = [] }) => choices);
  const named = new Map(choices.filter(({ name }) => !taken.has(name)).map(({ name, title }) => [name, title ?? name]));
  return [...builtin, ...[...named].map(([id, title]) => ({ id, title }))];
}

export const operationTitle = (card: Card, id: string): string => card.operations.find((operation) => operation.id === id)?.title ?? id;

/** The title of a choice, of one operation or of the first that has it. */
export const choiceTitle = (card: Card, name: string, operation?: string): string => choiceOf(card, name, operation)?.title ?? name;

export function optionTitle(card: Card, name: string, option: string, operation?: string): string {
  const known = choiceOf(card, name, operation)?.options.find(({ id }) => id === option);
  if (known !== undefined) return known.title ?? option;
  const others = card.operations.flatMap(({ choices = [] }) => choices).filter((choice) => choice.name === name);
  return others.flatMap(({ options }) => options).find(({ id }) => id === option)?.title ?? option;
}

const choiceOf = (card: Card, name: string, operation?: string) =>
  card.operations
    .filter(({ id }) => operation === undefined || id === operation)
    .flatMap(({ choices = [] }) => choices)
    .find((choice) => choice.name === name);

/** What a group is called. */
export function groupTitle(card: Card, by: string, key: string | null): string {
  const words = text.activityView;
  if (key === null) return by === "asset" ? words.noAsset : words.withoutChoice;
  switch (by) {
    case "operation":
      return operationTitle(card, key);
    case "day":
      return dayText(key);
    case "asset":
      return key;
    default:
      return optionTitle(card, by, key);
  }
}

/** What was charged: never a bare 0. */
export const chargedText = (amount: number, unit: string): string =>
  amount === 0 ? text.activityView.included : figure(amount, unit);
