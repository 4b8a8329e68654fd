import type { Card, Choice, Operation, Rate, RateCard } from "pricetag";
import { winnersOf, type Winner } from "./winners.js";

/** A rate of the card as a row of the table. */
export interface Row {
  operation: Operation;
  /** Its index in the operation. */
  index: number;
  rate: Rate;
  winner: Winner | undefined;
  /** In words, choice by choice; null where the rate takes any option. */
  cells: (string | null)[];
  /** Everything a search looks into, in lower case. */
  searched: string;
}

/** An operation of the card as a table. */
export interface OperationRows {
  operation: Operation;
  title: string;
  /** The choices that a price depends on. */
  choices: Choice[];
  /** Titles of the choices that no price depends on. */
  indifferent: string[];
  rows: Row[];
}

const titleOf = ({ id, title }: { id: string; title?: string }): string => title ?? id;

/** The card as tables. The combinations of a card are many, so this is done once for each card. */
export function tablesOf(card: RateCard, document: Card): OperationRows[] {
  return document.operations.map((operation) => {
    const winners = winnersOf(card, operation);
    const named = new Set(operation.rates.flatMap(({ when }) => Object.keys(when)));
    const choices = (operation.choices ?? []).filter(({ name }) => named.has(name));
    const indifferent = (operation.choices ?? []).filter(({ name }) => !named.has(name));
    return {
      operation,
      title: titleOf(operation),
      choices,
      indifferent: indifferent.map(({ name, title }) => title ?? name),
      rows: operation.rates.map((rate, index) => rowOf(operation, choices, rate, index, winners.get(index))),
    };
  });
}

function rowOf(operation: Operation, choices: Choice[], rate: Rate, index: number, winner: Winner | undefined): Row {
  const won = choices.map((choice) => optionsOf(choice, rate, winner));
  const cells = won.map((options) => (options === null ? null : options.map(titleOf).join(", ")));
  const searched = [
    titleOf(operation),
    operation.id,
    ...won.flatMap((options) => options ?? []).flatMap(({ id, title = "", provider = "" }) => [id, title, provider]),
    rate.note ?? "",
    rate.unavailable ?? "",
  ];
  return { operation, index, rate, winner, cells, searched: searched.join(" ").toLowerCase() };
}

/** The options of a choice that a rate is for: those it wins, or where that says less than the card does, those it names. */
function optionsOf(choice: Choice, rate: Rate, winner: Winner | undefined): Choice["options"] | null {
  const named = rate.when[choice.name];
  const ids = winner !== undefined && isWhole(winner) ? winner.options.get(choice.name) : named === undefined ? undefined : new Set([named].flat());
  if (ids === undefined || ids.size === choice.options.length) return null;
  return choice.options.filter(({ id }) => ids.has(id));
}

/** Whether a rate wins every combination of the options that it wins at all. */
function isWhole({ count, options }: Winner): boolean {
  let product = 1;
  for (const { size } of options.values()) product *= size;
  return product === count;
}

/** A rate in a line of text: `Create · Stability Core · Draft`. */
export const rowTitle = ({ operation, cells }: Row): string =>
  [titleOf(operation), ...cells.filter((cell) => cell !== null)].join(" · ");

/** The tables with the rows that have every word of a search. */
export function found(tables: OperationRows[], search: string): OperationRows[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return tables;
  return tables
    .map((table) => ({ ...table, rows: table.rows.filter(({ searched }) => words.every((word) => searched.includes(word))) }))
    .filter(({ rows }) => rows.length > 0);
}
