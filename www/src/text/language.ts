import { keep, kept } from "../storage.js";

/** The languages of the page, each with its own name for itself. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof LANGUAGES;

/** Where the browser keeps what was chosen by hand. */
const PLACE = "pricetag.language";

const languageOf = (locale: string): string => locale.toLowerCase().split("-")[0] ?? "";

const isLanguage = (name: string): name is Language => Object.hasOwn(LANGUAGES, name);

/** The language that was chosen by hand, else the first of the person's own that the page has, else English. */
export function preferredLanguage(): Language {
  const stored = kept(PLACE);
  const wanted = [...(stored === null ? [] : [stored]), ...navigator.languages];
  return wanted.map(languageOf).find(isLanguage) ?? "en";
}

export const storeLanguage = (chosen: Language): void => keep(PLACE, chosen);

/**
 * How figures and dates are written beside words in this language: as the person's own locale does where it speaks the language, so
 * that an Austrian reads German as in Austria. `undefined` is the browser's own locale.
 */
export function localeFor(language: Language): string | undefined {
  if (languageOf(new Intl.PluralRules().resolvedOptions().locale) === language) return undefined;
  return navigator.languages.find((name) => languageOf(name) === language) ?? language;
}
