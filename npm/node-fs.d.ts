/** What `node.ts` uses of Node.js; the package is compiled without the types of any one runtime. */
declare module "node:fs" {
  export function readFileSync(path: URL): Uint8Array<ArrayBuffer>;
}
