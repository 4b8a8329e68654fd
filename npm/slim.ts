/**
 * The package without the module: you say where it is, once, before the first card is made.
 *
 *     import { init, RateCard } from "pricetag/slim";
 *     await init(new URL("pricetag/pricetag_bg.wasm", import.meta.url));
 */
import load, { initSync as loadSync } from "./generated/pricetag.js";

/** Loads the module from an address or a response, or takes its bytes or a compiled module. */
export async function init(
  source: string | URL | Request | Response | BufferSource | WebAssembly.Module | Promise<Response>,
): Promise<void> {
  await load({ module_or_path: source });
}

/** Takes the module's bytes or a compiled module at once. */
export function initSync(module: BufferSource | WebAssembly.Module): void {
  loadSync({ module });
}

export { RateCard } from "./card.js";
export { LiveItem } from "./live.js";
export type * from "./types.js";
export type { ImageStudio, ImageStudioItem } from "./generated/image-studio.js";
