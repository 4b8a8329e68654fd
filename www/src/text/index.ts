import { english, type Text } from "./english.js";
import { localeFor, type Language } from "./language.js";

/** Every language but the first is loaded when it is wanted. */
const LOADERS: Record<Language, () => Promise<Text>> = {
  en: () => Promise.resolve(english),
  de: () => import("./german.js").then(({ german }) => german),
};

/** The words in force. They are looked up each time something is drawn. */
export let text: Text = english;

/** The language that they are in. */
export let language: Language = "en";

/** How figures and dates are written in it; `undefined` is as the browser does. */
export let locale: string | undefined;

/** A format of the language in force, made when it is first used. */
export function inLocale<Format>(make: (locale: string | undefined) => Format): () => Format {
  let made: { locale: string | undefined; format: Format } | null = null;
  return () => {
    if (made === null || made.locale !== locale) made = { locale, format: make(locale) };
    return made.format;
  };
}

/** Puts a language in force; everything must be drawn anew. One that cannot be loaded leaves the one before. */
export async function useLanguage(chosen: Language): Promise<void> {
  try {
    const words = await LOADERS[chosen]();
    language = chosen;
    locale = localeFor(chosen);
    // The elements write their figures as their words are.
    text = { ...words, elements: { ...words.elements, locale } };
  } catch {
    // What is shown is the language in force, also where the first frame was another's.
  }
  document.documentElement.lang = language;
}
