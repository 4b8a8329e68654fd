import { parse, TomlDate, TomlError } from "smol-toml";
import type { Place } from "./places.js";
import { tomlPlaces } from "./toml-places.js";

export interface ParsedToml {
  value: unknown;
  root: Place;
  dates: Set<string>;
}

/** TOML as the rules crate reads it: every number a float, and a date nothing that a card may hold. */
export function parseToml(text: string): ParsedToml | { message: string; line: number } {
  const dates = new Set<string>();
  try {
    const value = plain(parse(text, { integersAsBigInt: "asNeeded", maxDepth: 32 }), "", dates);
    return { value, root: tomlPlaces(text), dates };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Its message goes on with a picture of the line, which stands in the text anyway.
    return { message: error.message.split("\n")[0] ?? error.message, line: error.line };
  }
}

function plain(value: unknown, path: string, dates: Set<string>): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof TomlDate) {
    dates.add(path);
    // The card has no form for a date: as a symbol it is refused at its place.
    return Symbol("date");
  }
  if (Array.isArray(value)) return value.map((element, index) => plain(element, `${path}[${index}]`, dates));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, plain(member, path === "" ? key : `${path}.${key}`, dates)]),
    );
  }
  return value;
}
