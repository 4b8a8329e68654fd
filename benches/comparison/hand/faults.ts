/** Everything that is wrong with a plan. Reached only when something is. */
import type { Fault, FaultCode, Faults } from "pricetag";
import {
  BANDS,
  CREATE_PIXELS_MAX,
  CREATE_SIDE_MIN,
  EDIT,
  EDIT_CODES,
  EDIT_PIXELS_MAX,
  EDIT_SIDE_MIN,
  ITEMS_MAX,
  MODEL_CODES,
  MODE_CODES,
  PRESET_CODES,
  PROVIDER_CODES,
  QUALITY_CODES,
  QUANTITY_MAX,
  SIDE_DEFAULT,
  SIDE_MAX,
  UPSCALE_PIXELS_MAX,
  UPSCALE_SIDE_MIN,
  VARIATIONS_MAX,
} from "./figures.js";

interface Rules {
  choices: { name: string; codes: ReadonlyMap<unknown, number>; preset?: number }[];
  counts: { name: string; min: number; max: number }[];
  pixels: number;
}

const sides = (min: number) => ["width", "height"].map((name) => ({ name, min, max: SIDE_MAX }));
const QUANTITY = { name: "quantity", min: 1, max: QUANTITY_MAX };
const VARIATIONS = { name: "variations", min: 1, max: VARIATIONS_MAX };

const OPERATIONS: ReadonlyMap<unknown, Rules> = new Map([
  [
    "create",
    {
      choices: [
        { name: "model", codes: MODEL_CODES, preset: 0 },
        { name: "quality", codes: QUALITY_CODES, preset: 1 },
      ],
      counts: [QUANTITY, ...sides(CREATE_SIDE_MIN), VARIATIONS],
      pixels: CREATE_PIXELS_MAX,
    },
  ],
  [
    "edit",
    {
      choices: [
        { name: "edit", codes: EDIT_CODES },
        { name: "provider", codes: PROVIDER_CODES, preset: 0 },
      ],
      counts: [QUANTITY, ...sides(EDIT_SIDE_MIN), VARIATIONS],
      pixels: EDIT_PIXELS_MAX,
    },
  ],
  [
    "upscale",
    {
      choices: [
        { name: "mode", codes: MODE_CODES },
        { name: "preset", codes: PRESET_CODES, preset: 0 },
      ],
      counts: [QUANTITY, ...sides(UPSCALE_SIDE_MIN)],
      pixels: UPSCALE_PIXELS_MAX,
    },
  ],
]);

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

export function faults(plan: unknown): Faults {
  const errors: Fault[] = [];
  const fault = (code: FaultCode, path: string, message: string) => void errors.push({ code, path, message });
  if (!isFields(plan)) {
    fault("wrong-type", "plan", "a plan is an object");
    return { errors };
  }
  for (const [name, value] of Object.entries(plan)) {
    if (name !== "items" && value !== undefined) fault("unknown-field", name, "a plan has only items");
  }
  const { items } = plan;
  if (items === undefined) fault("missing-field", "items", "a plan has items");
  else if (!Array.isArray(items)) fault("wrong-type", "items", "the items are a list");
  else if (items.length === 0) fault("empty-plan", "items", "the plan has no items");
  else if (items.length > ITEMS_MAX) fault("too-many-items", "items", `more than ${ITEMS_MAX} items`);
  else if (errors.length === 0) {
    for (let index = 0; index < items.length; index += 1) itemFaults(items[index], `items[${index}]`, fault);
  }
  return { errors };
}

function itemFaults(item: unknown, at: string, report: (code: FaultCode, path: string, message: string) => void): void {
  if (!isFields(item)) return report("wrong-type", at, "an item is an object");
  const { operation } = item;
  if (operation === undefined) return report("missing-field", `${at}.operation`, "an item has an operation");
  if (typeof operation !== "string") return report("wrong-type", `${at}.operation`, "an operation is a string");
  const rules = OPERATIONS.get(operation);
  if (rules === undefined) return report("unknown-operation", `${at}.operation`, `no operation \`${operation}\``);
  let broken = false;
  const fault = (code: FaultCode, path: string, message: string) => {
    broken = true;
    report(code, path, message);
  };
  const known = new Set(["operation", ...rules.choices.map(({ name }) => name), ...rules.counts.map(({ name }) => name)]);
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined && !known.has(name)) fault("unknown-field", `${at}.${name}`, `no field \`${name}\``);
  }
  const chosen = rules.choices.map(({ name, codes, preset }) => {
    const value = item[name];
    if (value === undefined) {
      if (preset === undefined) fault("missing-field", `${at}.${name}`, `\`${name}\` must be given`);
      return preset ?? 0;
    }
    const code = codes.get(value);
    if (typeof value !== "string") fault("wrong-type", `${at}.${name}`, "an option is a string");
    else if (code === undefined) fault("unknown-option", `${at}.${name}`, `no option \`${value}\``);
    return code ?? 0;
  });
  const wrong = new Set<string>();
  for (const { name, min, max } of rules.counts) {
    const value = item[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value)) fault("wrong-type", `${at}.${name}`, "a whole number");
    else if ((value as number) < min || (value as number) > max) fault("out-of-range", `${at}.${name}`, `from ${min} to ${max}`);
    else continue;
    wrong.add(name);
  }
  const { width = SIDE_DEFAULT, height = SIDE_DEFAULT } = item as { width?: number; height?: number };
  if (!wrong.has("width") && !wrong.has("height") && width * height > rules.pixels) {
    fault("size-too-large", at, `more than ${rules.pixels} pixels`);
  }
  const offer = operation === "edit" ? EDIT[(chosen[0]! * 3 + chosen[1]!) * BANDS] : undefined;
  if (!broken && offer === null) fault("unavailable", at, "WaveSpeed cannot replace a background and relight in one edit.");
}
