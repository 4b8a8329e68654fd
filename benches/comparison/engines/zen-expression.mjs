/** The ZEN expression of one operation's total, for both of the engine's packages. Its numbers are decimals and it can round up. */
import { conditions, millicredits } from "./amounts.mjs";

/** Text in ZEN's quotes. */
export const quoted = (text) => `"${text}"`;

/** The value of a field, or its default. */
export const field = (name, preset) => (preset === undefined ? name : `(${name} ?? ${typeof preset === "string" ? quoted(preset) : preset})`);

export const pixels = ({ size }) => `${field("width", size.default.width)} * ${field("height", size.default.height)}`;

export const count = ({ counts = [] }) => ["quantity", ...counts.map(({ name }) => name)].map((name) => field(name, 1)).join(" * ");

/** One of the three figures in millicredits, from `base`, a percentage and a count. */
export const total = (base, percent, count, step) => `(${base} + ceil(${base} * ${percent} / ${100 * step}) * ${step}) * ${count}`;

/** Whether a rate's `when` matches. */
export function matches({ choices = [] }, when) {
  const preset = (name) => choices.find((choice) => choice.name === name).default;
  const all = conditions(when).map(([choice, options]) => {
    const value = field(choice, preset(choice));
    return options.length === 1 ? `${value} == ${quoted(options[0])}` : `${value} in [${options.map(quoted).join(", ")}]`;
  });
  return all.length === 0 ? "true" : all.join(" and ");
}

/** The rates with a price, and that in millicredits. */
export const priced = ({ rates }) => rates.filter(({ price }) => price !== undefined).map(({ when, price }) => ({ when, price: millicredits(price) }));
