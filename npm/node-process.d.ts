/** What `node.ts` uses of Node.js; the package is compiled without the types of any one runtime. */
declare const process: {
  getBuiltinModule(name: "node:fs"): { readFileSync(path: URL): Uint8Array<ArrayBuffer> };
};
