import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Each page is built by itself, the studio first: what two pages share would be files of its own, and the studio's first load longer. */
export default defineConfig(({ mode }) => ({
  root: path("."),
  // The server serves the page at `/`, and its policy allows nothing from elsewhere.
  base: "/",
  // In the studio the module is a file beside the scripts, which the browser compiles while it loads, off the main thread.
  resolve: { alias: mode === "gallery" ? [] : [{ find: /^pricetag$/, replacement: "pricetag/slim" }] },
  build: {
    outDir: "dist",
    emptyOutDir: mode !== "gallery",
    rolldownOptions: {
      input: path(mode === "gallery" ? "gallery.html" : "index.html"),
      onLog(level, log, show) {
        // "use client" means nothing to a page without a server that renders it.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") show(level, log);
      },
    },
    // Browsers with `light-dark()`, container queries and `:has()`, all of which the page uses as they are.
    target: ["chrome123", "firefox128", "safari17.5"],
    cssTarget: ["chrome123", "firefox128", "safari17.5"],
    // Every browser of the target preloads modules by itself.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
}));
