// Makes the compiled package small: node xtask/js/pack.mjs <pkg.json> <compiled folder> <package folder>
//
// What several entries need is one file, which compresses better and loads sooner than many; bundlers drop what is not
// used of it all the same. Each entry has its declarations beside it. Declarations that no entry leads to are left out.

import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { rolldown } from "rolldown";

const [manifestPath, compiled, target] = process.argv.slice(2);
const manifest = JSON.parse(await readFile(manifestPath, "utf8"));

/** Every file that the manifest's exports lead to, under whatever condition. */
const exported = [...new Set(Object.values(manifest.exports).flatMap((found) => (typeof found === "string" ? found : Object.values(found))))].map(
  normalize,
);
/** The package's own modules that may be imported, for example `slim.js`. */
const entries = exported.filter((path) => path.endsWith(".js"));

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((path) => [path.slice(0, -".js".length), join(compiled, path)])),
  external: [
    ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).map((name) => new RegExp(`^${name}(/|$)`)),
    // Loading WebAssembly is the work of whoever runs or bundles the package.
    /\.wasm\?module$/,
    /^node:/,
  ],
  // What has effects is the manifest's to say, not to be guessed here.
  treeshake: { moduleSideEffects: true },
  onLog(level, log, show) {
    // Modules stay apart, so "use client" stays the first line of its own.
    if (log.code === "MODULE_LEVEL_DIRECTIVE") return;
    if (level === "warn") throw new Error(log.message);
    show(level, log);
  },
});
await bundle.write({
  dir: target,
  format: "esm",
  minify: true,
  // Bundlers need no notes on which calls have no effect: the manifest says which files have one.
  comments: { annotation: false },
  entryFileNames: "[name].js",
  chunkFileNames: "shared/[name].js",
});
await bundle.close();

/** Copies a declaration file and those that it imports. */
async function declare(path, seen) {
  if (seen.has(path)) return;
  seen.add(path);
  const text = await readFile(join(compiled, path), "utf8");
  await mkdir(dirname(join(target, path)), { recursive: true });
  await copyFile(join(compiled, path), join(target, path));
  for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)\.js["']/g)) {
    await declare(join(dirname(path), `${name}.d.ts`), seen);
  }
}
const seen = new Set();
for (const path of exported.filter((path) => path.endsWith(".ts"))) await declare(path, seen);
