/** The bundlers, each with the least that makes a page out of `main.mjs`. Every page is `dist/index.html` of its project. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import resolvePackages from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

export const page = (script) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>pricetag</title>${script}</html>\n`;
const MODULE = '<script type="module" src="main.js"></script>';

/** A page for a script that the bundler itself makes no page for. */
function addPage(project, script) {
  mkdirSync(join(project, "dist"), { recursive: true });
  writeFileSync(join(project, "dist/index.html"), page(script));
}

export const BUNDLERS = {
  async vite(project, html = page('<script type="module" src="./main.mjs"></script>')) {
    writeFileSync(join(project, "index.html"), html);
    await vite.build({ root: project, base: "./", logLevel: "warn", configFile: false });
  },

  async webpack(project) {
    addPage(project, '<script defer src="main.js"></script>');
    const compiler = webpack({ context: project, entry: "./main.mjs", mode: "production", output: { path: join(project, "dist") } });
    const stats = await new Promise((resolve, reject) =>
      compiler.run((error, result) => (error === null ? resolve(result) : reject(error))),
    );
    await new Promise((resolve) => compiler.close(resolve));
    if (stats.hasErrors()) throw new Error(stats.toString("errors-only"));
  },

  async esbuild(project) {
    addPage(project, MODULE);
    await esbuild.build({
      absWorkingDir: project,
      entryPoints: ["main.mjs"],
      outdir: "dist",
      bundle: true,
      minify: true,
      format: "esm",
      loader: { ".wasm": "file" },
    });
  },

  async rollup(project) {
    addPage(project, MODULE);
    const bundle = await rollup({
      input: join(project, "main.mjs"),
      plugins: [resolvePackages()],
      onLog(level, log) {
        if (level === "warn") throw new Error(log.message);
      },
    });
    await bundle.write({ file: join(project, "dist/main.js"), format: "esm" });
    await bundle.close();
  },
};

/** What esbuild makes for Node.js, components included; only React stays outside. */
export async function bundleForServer(project) {
  await esbuild.build({
    absWorkingDir: project,
    entryPoints: ["main.jsx"],
    outfile: "dist/main.mjs",
    bundle: true,
    platform: "node",
    format: "esm",
    jsx: "automatic",
    external: ["react", "react-dom"],
  });
}
