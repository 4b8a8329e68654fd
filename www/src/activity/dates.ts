import { inLocale } from "../text/index.js";

const days = inLocale((locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }));
const times = inLocale((locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }));

/** A UTC day, `2026-11-22`, as the person writes dates. */
export const dayText = (day: string): string => days().format(new Date(`${day}T00:00:00Z`));

/** A moment, in the person's own time zone. */
export const timeText = (at: string | Date): string => times().format(new Date(at));
