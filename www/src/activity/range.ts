/** Which days are looked at. Days are UTC, as the ledger counts them. */
export interface Days {
  /** `2026-11-22`; both days are in the range. */
  from: string;
  to: string;
}

/** Ranges that move with the day; the first is the one of a link that names none. */
export const PRESETS = ["30", "7", "90", "month", "last-month"] as const;

export type Preset = (typeof PRESETS)[number];

/** A range as the link keeps it: a preset, or `2026-10-01..2026-10-31`. */
export type Chosen = { preset: Preset; days: Days } | { preset: null; days: Days };

/** The longest range that the server adds up. */
export const DAYS_MAX = 3660;

const DAY_MS = 86_400_000;

const written = (time: number): string => new Date(time).toISOString().slice(0, 10);

const start = (day: string): number => Date.parse(`${day}T00:00:00Z`);

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(start(text)) && written(start(text)) === text;

/** How many days a range has. */
export const lengthOf = ({ from, to }: Days): number => (start(to) - start(from)) / DAY_MS + 1;

/** Whether the server would take it. */
export const isRange = (days: Days): boolean =>
  isDay(days.from) && isDay(days.to) && lengthOf(days) >= 1 && lengthOf(days) <= DAYS_MAX;

export function daysOf(preset: Preset, now: Date): Days {
  const to = written(now.getTime());
  const year = now.getUTCFullYear();
  const month = now.getUTCMonth();
  switch (preset) {
    case "month":
      return { from: written(Date.UTC(year, month, 1)), to };
    case "last-month":
      return { from: written(Date.UTC(year, month - 1, 1)), to: written(Date.UTC(year, month, 0)) };
    default:
      return { from: written(now.getTime() - (Number(preset) - 1) * DAY_MS), to };
  }
}

/** What the link says; what cannot be read is the first preset. */
export function readRange(kept: string | undefined, now: Date): Chosen {
  const preset = PRESETS.find((name) => name === kept);
  if (preset !== undefined) return { preset, days: daysOf(preset, now) };
  const [from = "", to = ""] = (kept ?? "").split("..");
  if (isRange({ from, to })) return { preset: null, days: { from, to } };
  return { preset: PRESETS[0], days: daysOf(PRESETS[0], now) };
}

export const writeRange = ({ from, to }: Days): string => `${from}..${to}`;
