/** Pages for browser tests: bundled from a file beside the tests, served under the strictest policy the package works with. */
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/** No inline styles either. Forms may be sent to the server itself, and an empty picture stands for the icon. */
const POLICY = "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; form-action 'self'";

/** The JavaScript of a page, with everything that it imports. */
export async function bundle(path) {
  const bundled = await rolldown({
    input: fileURLToPath(new URL(path, import.meta.url)),
    platform: "browser",
    // React's development build checks more, and renders twice where it is strict.
    transform: { define: { "process.env.NODE_ENV": '"development"' } },
    onLog(level, log, show) {
      if (log.code !== "MODULE_LEVEL_DIRECTIVE") show(level, log);
    },
  });
  const { output } = await bundled.generate({ format: "esm" });
  await bundled.close();
  return output[0].code;
}

/** A server on a free port; `pages` holds a path's content, whose type is told by how the path ends. */
export async function serve(pages) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const page = pages[pathname];
    const type = pathname.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8";
    response.writeHead(page === undefined ? 404 : 200, { "Content-Type": type, "Content-Security-Policy": POLICY });
    response.end(page);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
