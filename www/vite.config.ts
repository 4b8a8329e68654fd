import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // The server serves the page at `/`, and its policy allows nothing from elsewhere.
  base: "/",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Browsers with `light-dark()`, container queries and `:has()`, all of which the page uses as they are.
    target: ["chrome123", "firefox128", "safari17.5"],
    cssTarget: ["chrome123", "firefox128", "safari17.5"],
    // Every browser of the target preloads modules by itself.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
