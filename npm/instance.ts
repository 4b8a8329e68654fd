/**
 * The running module: its memory, and how it is started anew.
 *
 * A trap or a full stack leaves an instance in any state. Whoever was asking hears of it; the module is started anew
 * before the next question, and every card opens itself again.
 */

type Exports = typeof import("./generated/pricetag_bg.wasm.js");

/** What the running instance exports: numbers in, numbers out. */
export let raw: Exports;
let compiled: WebAssembly.Module | undefined;

/**
 * Counts how often an instance was given up. Where the stack is full nothing can be called, so giving one up is no more
 * than adding 1.
 */
export const instance = { generation: 0 };

/** The generation that runs. */
let started = 0;

/** Views of the module's memory. They have no length when they don't exist yet, or when the memory has grown since. */
export let slots = new Int32Array(0);
export let figures = new Float64Array(0);
/** How many of each there is room for. */
let slotsMax = 0;
let figuresMax = 0;

/** How often the slots were taken. */
export let uses = 0;

/** Starts the module from its bytes or as it was compiled; the first one stays. */
export function start(module: BufferSource | WebAssembly.Module): void {
  if (compiled) return;
  module = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
  run(module);
  compiled = module;
}

function run(module: WebAssembly.Module): void {
  raw = new WebAssembly.Instance(module).exports as Exports;
}

/** Starts the module anew if its instance was given up. */
export function renew(): void {
  const { generation } = instance;
  if (started === generation) return;
  run(compiled!);
  [slots, figures] = [new Int32Array(0), new Float64Array(0)];
  started = generation;
}

/** Does what calls the module; if that breaks off, gives the instance up. */
export function guarded<T>(work: () => T): T {
  renew();
  try {
    return work();
  } catch (error) {
    instance.generation += 1;
    throw error;
  }
}

/** Takes the slots, with room for so many of them and of figures: whoever was writing to them starts again. */
export function takeSlots(slotsNeeded: number, figuresNeeded: number): void {
  uses += 1;
  if (slots.length >= slotsNeeded && figures.length >= figuresNeeded) return;
  slotsMax = Math.max(slotsMax, slotsNeeded);
  figuresMax = Math.max(figuresMax, figuresNeeded);
  guarded(() => raw.reserve(slotsMax, figuresMax));
  look();
}

/** Looks again, if the memory may have grown. */
export function lookAgain(): void {
  if (figures.length === 0) look();
}

/** Looks at the module's memory where the slots and the figures now are. */
function look(): void {
  const { buffer } = raw.memory;
  slots = new Int32Array(buffer, raw.slots_at() >>> 0, slotsMax);
  figures = new Float64Array(buffer, raw.figures_at() >>> 0, figuresMax);
}

/**
 * Hands over a document, if there is one, does what answers with a text, and reads that. Each text has a decoder of its own,
 * because Safari's end after 2 GB.
 */
export function ask(work: () => number, document?: Uint8Array): string {
  return guarded(() => {
    if (document) {
      raw.expect(document.length);
      text(document.length).set(document);
    }
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(text(work()));
  });
}

/** What the module keeps of a text: its address is a number without a sign. */
const text = (length: number): Uint8Array => new Uint8Array(raw.memory.buffer, raw.text_at() >>> 0, length);
