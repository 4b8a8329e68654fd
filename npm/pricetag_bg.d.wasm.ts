/** The module, compiled: what an import gives where WebAssembly is imported as a module, as by wrangler. */
declare const module: WebAssembly.Module;
export default module;
