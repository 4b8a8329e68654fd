/** Serves the projects' folders to browsers, and takes what their pages found. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".css": "text/css",
};

/** The strictest policy under which a module of WebAssembly still runs. */
export const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self'";

export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    try {
      const body = await readFile(join(folder, normalize(pathname)));
      response.writeHead(200, {
        "Content-Type": TYPES[extname(pathname)] ?? "text/plain",
        "Content-Security-Policy": searchParams.get("policy") ?? STRICT,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Opens an address and waits for what the page's script says it found; throws what went wrong in the page instead. */
export async function found(browser, address) {
  const page = await browser.newPage();
  try {
    return await new Promise((resolve, reject) => {
      page.on("console", (message) => {
        const { found } = asObject(message.text());
        if (found !== undefined) resolve(found);
        else if (["error", "warn"].includes(message.type())) reject(new Error(message.text()));
      });
      page.on("pageerror", reject);
      page.goto(address).catch(reject);
    });
  } finally {
    await page.close();
  }
}

function asObject(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
