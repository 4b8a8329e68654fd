import { english, type Text } from "./english.js";

/** The languages of the page, each with its own name for itself. */
export const LANGUAGES = { en: "English" } as const;

export type Language = keyof typeof LANGUAGES;

/** The words in force. They are looked up each time something is drawn. */
export let text: Text = english;

/** Takes another language; everything must be drawn anew. */
export function useText(chosen: Text): void {
  text = chosen;
}
