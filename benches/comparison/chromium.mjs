/** A page in Chromium that answers like node.mjs does. Each question gets a new page, so that none has warmed up for another. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { launch } from "../../www/tests/browsing.mjs";

const require = createRequire(import.meta.url);
const PACKAGE = dirname(require.resolve("pricetag/package.json"));
const ZEN = require.resolve("@gorules/zen-engine-wasm/dist/zen_engine_wasm_bg.wasm");
const PAGE = `<!doctype html>
<title>comparison</title>
<script type="importmap">{ "imports": { "pricetag": "/package/index.js" } }</script>
<script type="module" src="/page.js"></script>`;

/** Of its own origin alone, a page gets a clock of 5 µs instead of 100. */
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export async function chromium(folder) {
  const files = (path) => {
    if (path === "/") return { type: "text/html", body: PAGE };
    if (path === "/zen.wasm") return { type: "application/wasm", file: ZEN };
    if (path.startsWith("/package/")) return { type: "text/javascript", file: join(PACKAGE, path.slice("/package/".length)) };
    return { type: "text/javascript", file: join(folder, path) };
  };
  const server = createServer(async (request, response) => {
    const { type, body, file } = files(normalize(new URL(request.url, "http://localhost").pathname));
    try {
      const content = body ?? (await readFile(file));
      response.writeHead(200, { "Content-Type": type, ...ISOLATED }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { browser, close } = await launch();
  return {
    version: await browser.version(),
    async answer(work) {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForFunction(() => "answer" in globalThis);
      const answered = await page.evaluate((work) => globalThis.answer(work), work);
      await page.close();
      return answered;
    },
    async close() {
      await close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
