import { addElement, placeAt, type Place } from "./places.js";

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /[^,\]}\s]+/y;

/** A key that stands twice in one object: `JSON.parse` keeps the last without a word, and a card must not. */
export interface KeyTwice {
  key: string;
  offset: number;
}

/** Finds where everything begins in JSON text that `JSON.parse` has read. */
export function jsonPlaces(text: string): { root: Place; twice: KeyTwice | null } {
  let at = 0;
  let twice: KeyTwice | null = null;

  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const taken = pattern.exec(text)?.[0] ?? "";
    at += taken.length;
    return taken;
  };

  /** Reads `,` or the end; whether something follows. */
  const goesOn = (end: string): boolean => {
    take(SPACE);
    const more = text.charAt(at) === ",";
    if (more || text.charAt(at) === end) at += 1;
    take(SPACE);
    return more;
  };

  const opens = (end: string): boolean => {
    at += 1;
    take(SPACE);
    if (text.charAt(at) !== end) return true;
    at += 1;
    return false;
  };

  function value(): Place {
    take(SPACE);
    const place = placeAt(at);
    const first = text.charAt(at);
    if (first === "{") {
      if (opens("}")) do member(place); while (goesOn("}"));
    } else if (first === "[") {
      if (opens("]")) do addElement(place, value()); while (goesOn("]"));
    } else {
      take(first === '"' ? STRING : SCALAR);
    }
    return place;
  }

  function member(object: Place): void {
    const offset = at;
    const key = JSON.parse(take(STRING)) as string;
    take(SPACE);
    at += 1; // the colon
    if (object.within.has(key)) twice ??= { key, offset };
    object.within.set(key, value());
  }

  return { root: value(), twice };
}
