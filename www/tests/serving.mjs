/** Starts the real server for a test, on a free port and a database of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The binary that the build made: the named one, or the newest there is. */
export function binary() {
  if (process.env.PRICETAG_BIN) return process.env.PRICETAG_BIN;
  const target = join(ROOT, "target");
  const built = readdirSync(target, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(target, name, "pricetag"))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (built.length === 0) throw new Error("there is no pricetag binary in target/: build it, or name it in PRICETAG_BIN");
  return built[0];
}

async function run(folder, { port = 0, tier, card }) {
  const options = ["serve", "--demo", "--port", String(port), "--database", join(folder, "ledger.db")];
  // A thousand plans in a few seconds are more than any person asks.
  options.push("--requests-per-minute", "unlimited");
  if (tier !== undefined) options.push("--tier", tier);
  if (card !== undefined) options.push("--card", card);
  const child = spawn(binary(), options, { stdio: ["ignore", "pipe", "inherit"] });
  const said = [];
  let origin = null;
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    origin ??= /http:\/\/[^\s/#]+/.exec(line)?.[0] ?? null;
    const key = /pk_[A-Za-z0-9_-]+/.exec(line)?.[0];
    // A database that already has its account prints no key: its first line is enough.
    if (origin !== null && (key !== undefined || port !== 0)) {
      child.stdout.resume();
      // A test whose set-up breaks off must end, and its server with it.
      child.unref();
      child.stdout.unref();
      process.once("exit", () => child.kill());
      return { child, origin, key };
    }
  }
  throw new Error(`the server ended before it said where it is:\n${said.join("\n")}`);
}

/**
 * A server whose process can be stopped and started again at the same address, on the same database.
 * `tier` is its first account's; `key` belongs to that account.
 */
export async function serve({ tier, card } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "pricetag-page-"));
  let { child, origin, key } = await run(folder, { tier, card });
  const stop = async () => {
    if (child === null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
    child = null;
  };
  return {
    folder,
    origin,
    key,
    stop,
    /** Starts the stopped server again, perhaps with another card. */
    async start(options = {}) {
      ({ child } = await run(folder, { ...options, port: new URL(origin).port }));
    },
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
    async account() {
      const answer = await fetch(`${origin}/v1/account`, { headers: { Authorization: `Bearer ${key}` } });
      return answer.json();
    },
  };
}
