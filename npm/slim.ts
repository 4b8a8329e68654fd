/**
 * The package without the module: you say where it is, once, before the first card is made.
 *
 *     import { init, RateCard } from "pricetag/slim";
 *     await init(new URL("pricetag/pricetag_bg.wasm", import.meta.url));
 */
import { start } from "./instance.js";

/** Loads the module from an address or a response, or takes its bytes or a compiled module. */
export async function init(
  source: string | URL | Request | Response | BufferSource | WebAssembly.Module | Promise<Response>,
): Promise<void> {
  const given = await source;
  const isAddress = typeof given === "string" || given instanceof URL || ("Request" in globalThis && given instanceof Request);
  initSync(await compiled(isAddress ? await fetch(given) : given));
}

async function compiled(found: Response | BufferSource | WebAssembly.Module): Promise<WebAssembly.Module> {
  if (found instanceof WebAssembly.Module) return found;
  if (!("Response" in globalThis && found instanceof Response)) return WebAssembly.compile(found as BufferSource);
  if (!found.ok) throw new Error(`the module was not found: ${found.status} ${found.statusText} at ${found.url}`);
  // What is not served as application/wasm cannot be compiled while it loads.
  const isNamed = found.headers.get("Content-Type")?.startsWith("application/wasm") ?? false;
  return isNamed ? WebAssembly.compileStreaming(found) : WebAssembly.compile(await found.arrayBuffer());
}

/** Takes the module's bytes or a compiled module at once. */
export function initSync(module: BufferSource | WebAssembly.Module): void {
  start(module);
}

export { RateCard } from "./card.js";
export { LiveItem } from "./live.js";
export type * from "./types.js";
export type { ImageStudio, ImageStudioItem } from "./generated/image-studio.js";
