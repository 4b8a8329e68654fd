import { RateCard, type Card, type Fault } from "pricetag";
import { text as words } from "../text/index.js";
import { jsonPlaces } from "./json-places.js";
import { lineAt, lineOf, type Place } from "./places.js";

/** No card has more text, on the server or the command line either. */
const TEXT_BYTES_MAX = 1_048_576;

/** What is wrong with a card that someone brought, and where in the text; the line is null where none is known. */
export interface CardFault {
  line: number | null;
  path: string;
  /** In the language in force when it is shown. */
  says(): string;
}

/** A card that someone brought: it is looked at, and never put in force. */
export interface BroughtCard {
  name: string;
  card: RateCard;
  document: Card;
}

export type Reading = { brought: BroughtCard } | { name: string; faults: CardFault[] };

interface Document {
  value: unknown;
  root: Place;
  /** Where a date stands without quotes: the card's own reader says so, and a browser has no such value. */
  dates: Set<string>;
}

const fault = (says: () => string, line: number | null = null): CardFault => ({ line, path: "", says });

export async function readFile(file: File): Promise<Reading> {
  const { name } = file;
  if (file.size > TEXT_BYTES_MAX) return { name, faults: [fault(() => words.ratesView.fileTooLarge)] };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return { name, faults: [fault(() => words.ratesView.fileNotText)] };
  }
  return readCard(name, text);
}

/** Reads a card as JSON, by its name or because it begins with a brace, or as TOML, which cannot. */
export async function readCard(name: string, text: string): Promise<Reading> {
  const document = name.endsWith(".json") || text.trimStart().startsWith("{") ? fromJson(text) : await fromToml(text);
  if (Array.isArray(document)) return { name, faults: document };
  const card = RateCard.from(document.value);
  if (!("errors" in card)) return { brought: { name, card, document: card.describe() } };
  // Whoever corrects the file goes through it from top to bottom.
  const faults = card.errors.map((found) => located(found, text, document)).sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
  return { name, faults };
}

function located(fault: Fault, text: string, { root, dates }: Document): CardFault {
  const { path } = fault;
  const found = dates.has(path) ? { ...fault, message: fault.message.replace("a symbol", "a date without quotes") } : fault;
  return { line: lineOf(text, root, path), path, says: () => words.ratesView.cardFault(found) };
}

function fromJson(text: string): Document | CardFault[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [fault(() => words.ratesView.notJson(message), lineInMessage(message, text))];
  }
  const { root, twice } = jsonPlaces(text);
  if (twice !== null) return [fault(() => words.ratesView.keyTwice(twice.key), lineAt(text, twice.offset))];
  return { value, root, dates: new Set() };
}

/** Browsers say where in words of their own: by a line, by a position, or not at all at the end of the text. */
function lineInMessage(message: string, text: string): number {
  const line = /line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line);
  return lineAt(text, Number(/position (\d+)/.exec(message)?.[1] ?? text.length));
}

async function fromToml(text: string): Promise<Document | CardFault[]> {
  let toml: typeof import("./toml.js");
  try {
    // Only who brings a card in TOML loads its parser.
    toml = await import("./toml.js");
  } catch {
    return [fault(() => words.ratesView.tomlNotLoaded)];
  }
  const parsed = toml.parseToml(text);
  return "message" in parsed ? [fault(() => words.ratesView.notToml(parsed.message), parsed.line)] : parsed;
}
