/** A module of WebAssembly, compiled: the spelling that wrangler, Next.js and Nitro have in common. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
