import { english, type Text } from "./english.js";
import type { Language } from "./language.js";

/** Every language but the first is loaded when it is wanted. */
const LOADERS: Record<Language, () => Promise<Text>> = {
  en: () => Promise.resolve(english),
  de: () => import("./german.js").then(({ german }) => german),
};

/** The words in force. They are looked up each time something is drawn. */
export let text: Text = english;

/** The language that they are in. */
export let language: Language = "en";

/** Puts a language in force; everything must be drawn anew. One that cannot be loaded leaves the one before. */
export async function useLanguage(chosen: Language): Promise<void> {
  try {
    text = await LOADERS[chosen]();
    language = chosen;
  } catch {
    // What is shown is the language in force, also where the first frame was another's.
  }
  document.documentElement.lang = language;
}
