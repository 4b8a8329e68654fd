import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { AnyItem, Choice, Count, Fault, FaultCode, Range, Size } from "../types.js";
import { QUANTITY_MAX, megapixels } from "./faults.js";
import { isOne, type Formats } from "./formats.js";
import type { OptionState } from "./options.js";
import { presetsOf, type SizePreset } from "./sizes.js";
import type { FieldWords, Words } from "./words.js";

/** Up to this many options stand side by side; more go into a list that opens. */
const RADIO_OPTIONS_MAX = 8;

/** What every field of a form is drawn from. */
export interface FormView {
  item: AnyItem;
  words: Words;
  formats: Formats;
  faultOf(field: string): Fault | undefined;
  wordsOf(field: string): FieldWords;
}

const price = (range: Range, view: FormView): string =>
  range.high === 0
    ? view.words.included.toLowerCase()
    : isOne(range)
      ? view.formats.credits(range.expected)
      : `${view.formats.credits(range.expected)} (${view.formats.span(range.low, range.high)})`;

/** Why an option cannot be had as it is; empty where it can. */
function reason(option: OptionState, { words }: FormView): string {
  if (option.unavailable !== null) return words.notAvailable(option.unavailable);
  if (option.needs === undefined) return "";
  return option.needs === null ? words.needsNone : words.needsTier(option.needs);
}

/** What is wrong with a field, or with the whole item where one code alone is this field's to show. A choice that has not been made yet is not wrong: its label asks for it. */
function message(field: string, view: FormView, code?: FaultCode): TemplateResult {
  const found = view.faultOf(field);
  const fault = found?.code === "missing-field" || (code !== undefined && found?.code !== code) ? undefined : found;
  return html`<p part="message" id="${field}-message" class="message">${fault === undefined ? nothing : view.words.fault(fault, view.wordsOf(field))}</p>`;
}

const invalid = (field: string, view: FormView): "true" | typeof nothing => {
  const fault = view.faultOf(field);
  return fault === undefined || fault.code === "missing-field" ? nothing : "true";
};

export function choiceField(choice: Choice, options: OptionState[], view: FormView): TemplateResult {
  const chosen = view.item[choice.name] ?? choice.default;
  return options.length > RADIO_OPTIONS_MAX
    ? selectField(choice, options, chosen, view)
    : radioField(choice, options, chosen, view);
}

function radioField(
  choice: Choice,
  options: OptionState[],
  chosen: string | number | undefined,
  view: FormView,
): TemplateResult {
  const title = choice.title ?? choice.name;
  return html`<fieldset part="field" aria-describedby="${choice.name}-message">
    <legend part="label">
      ${title}${chosen === undefined ? html` <span class="prompt">${view.words.choose}</span>` : nothing}
    </legend>
    <div class="options">
      ${options.map((option) => {
        const checked = option.id === chosen;
        const why = reason(option, view);
        return html`<label part="option ${checked ? "chosen" : ""}">
          <input
            type="radio"
            name=${choice.name}
            value=${option.id}
            .checked=${live(checked)}
            ?disabled=${option.unavailable !== null && !checked}
          />
          <span>${option.title}</span>
          <small part="option-price">${option.total === null ? nothing : price(option.total, view)}</small>
          ${why === "" ? nothing : html`<small part="option-needs">${why}</small>`}
        </label>`;
      })}
    </div>
    ${message(choice.name, view)}
  </fieldset>`;
}

function selectField(
  choice: Choice,
  options: OptionState[],
  chosen: string | number | undefined,
  view: FormView,
): TemplateResult {
  const title = choice.title ?? choice.name;
  const entry = (option: OptionState): TemplateResult => {
    const note = [option.total === null ? "" : price(option.total, view), reason(option, view)].filter((part) => part !== "").join(" · ");
    return html`<option
      value=${option.id}
      .selected=${live(option.id === chosen)}
      ?disabled=${option.unavailable !== null && option.id !== chosen}
    >
      ${option.title}${note === "" ? "" : ` – ${note}`}
    </option>`;
  };
  return html`<div part="field">
    <label part="label" for=${choice.name}>${title}</label>
    <select
      id=${choice.name}
      name=${choice.name}
      aria-describedby="${choice.name}-message"
      aria-invalid=${invalid(choice.name, view)}
    >
      ${chosen === undefined ? html`<option value="" disabled .selected=${live(true)}>${view.words.choose}</option>` : nothing}
      ${byProvider(options).map(([provider, members]) =>
        provider === undefined
          ? members.map(entry)
          : html`<optgroup label=${provider}>
              ${members.map(entry)}
            </optgroup>`,
      )}
    </select>
    ${message(choice.name, view)}
  </div>`;
}

/** Options in the card's order, neighbours of one provider together. */
function byProvider(options: OptionState[]): [string | undefined, OptionState[]][] {
  const groups: [string | undefined, OptionState[]][] = [];
  for (const option of options) {
    const last = groups.at(-1);
    if (last !== undefined && last[0] === option.provider) last[1].push(option);
    else groups.push([option.provider, [option]]);
  }
  return groups;
}

export function countField(count: Count, view: FormView): TemplateResult {
  const { min = 1, max } = count;
  const title = count.title ?? count.name;
  const value = (view.item[count.name] ?? count.default ?? Number.NaN) as number;
  return html`<div part="field">
    <label part="label" for=${count.name}>${title}</label>
    <div class="count">
      <input
        type="range"
        name=${count.name}
        min=${min}
        max=${max}
        .value=${live(String(Number.isNaN(value) ? min : value))}
        aria-label=${title}
      />
      ${numberInput(count.name, value, min, max, view)}
    </div>
    ${message(count.name, view)}
  </div>`;
}

/** An input whose text is not a number keeps it: only a value that differs is written. */
function numberInput(name: string, value: number, min: number, max: number, view: FormView): TemplateResult {
  return html`<input
    type="number"
    inputmode="numeric"
    id=${name}
    name=${name}
    min=${min}
    max=${max}
    step="1"
    .value=${live(Number.isNaN(value) ? "" : String(value))}
    aria-describedby="${name}-message"
    aria-invalid=${invalid(name, view)}
  />`;
}

export function quantityField(view: FormView): TemplateResult {
  const { words } = view;
  const value = view.item.quantity ?? 1;
  return html`<div part="field">
    <label part="label" for="quantity">${words.quantity} <span class="hint">${words.quantityHint}</span></label>
    ${numberInput("quantity", value, 1, QUANTITY_MAX, view)}
    ${message("quantity", view)}
  </div>`;
}

export function sizeField(
  size: Size,
  totalAt: (preset: SizePreset) => Range | null,
  view: FormView,
): TemplateResult {
  const { words, formats } = view;
  const width = (view.item["width"] ?? size.default.width) as number;
  const height = (view.item["height"] ?? size.default.height) as number;
  const bands = presetsOf(size);
  const same = (preset: SizePreset): boolean => preset.width === width && preset.height === height;
  const custom = !bands.some(({ presets }) => presets.some(same));
  const entry = (preset: SizePreset): TemplateResult => {
    const total = totalAt(preset);
    return html`<option value="${preset.width}x${preset.height}" .selected=${live(same(preset))}>
      ${words[preset.shape]} ${preset.width} × ${preset.height}${total === null ? "" : ` – ${price(total, view)}`}
    </option>`;
  };
  return html`<fieldset part="field">
    <legend part="label">${words.dimensions}</legend>
    <div class="size">
      <select aria-label=${words.dimensions} data-size>
        <option value="" ?disabled=${!custom} .selected=${live(custom)}>${words.custom}</option>
        ${bands.map(
          ({ upToPixels, addPercent, presets }) =>
            html`<optgroup
              label="${words.upTo(megapixels(upToPixels, formats))}, ${addPercent === 0
                ? words.noSurcharge
                : words.surcharge(formats.percent(addPercent))}"
            >
              ${presets.map(entry)}
            </optgroup>`,
        )}
      </select>
      <label><span class="hint">${words.width}</span>${numberInput("width", width, size.side.min, size.side.max, view)}</label>
      <label><span class="hint">${words.height}</span>${numberInput("height", height, size.side.min, size.side.max, view)}</label>
    </div>
    ${message("width", view)} ${message("height", view)} ${message("", view, "size-too-large")}
  </fieldset>`;
}
