/** The package as people get it: packed once, and installed into as many empty projects as there are tests. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ROOT = here("../../");
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const execute = promisify(execFile);

/** Runs a program to its end: what it wrote. It throws, with both outputs, if the program failed. */
export async function run(program, parameters, folder, environment = {}) {
  try {
    return await execute(program, parameters, { cwd: folder, env: { ...process.env, ...environment } });
  } catch (error) {
    // The error itself is a page long and says the same twice.
    throw new Error(`${program} ${parameters.join(" ")}: ${error.code}\n${error.stdout}${error.stderr}`);
  }
}

/** The script that starts a tool, of this folder's packages or of the root's. */
export const tool = (script) => here(`node_modules/${script}`);
export const rootTool = (script) => join(ROOT, "node_modules", script);

/** A file of the repository, as text. */
export const source = (path) => readFileSync(join(ROOT, path), "utf8");

/** How many golden cases there are, counted in the file. */
export const GOLDEN_CASES = Object.values(JSON.parse(source("tests/golden.json"))).flat().length;

/** What every project can import beside the package. */
const CORPUS = {
  "corpus.mjs": source("tests/corpus.mjs"),
  // As a program, because not everything that is tested here imports JSON.
  "golden.mjs": `export default ${source("tests/golden.json")};\n`,
};

export async function pack() {
  // Some tools compare real paths with given ones.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pricetag-everywhere-")));
  const { stdout } = await run(npm, ["pack", "--silent", "--pack-destination", folder, join(ROOT, "pkg")], folder);
  const tarball = join(folder, stdout.trim());
  const first = join(folder, "first");
  mkdirSync(first);
  writeFileSync(join(first, "package.json"), '{ "private": true }\n');
  await run(npm, ["install", "--offline", "--no-audit", "--no-fund", "--silent", tarball], first);
  return {
    folder,
    tarball,

    /** An empty project with the package, the golden corpus and the given files. Answers its folder. */
    project(name, files) {
      const project = join(folder, name);
      cpSync(first, project, { recursive: true });
      for (const [path, text] of Object.entries({ ...CORPUS, ...files })) {
        mkdirSync(dirname(join(project, path)), { recursive: true });
        writeFileSync(join(project, path), text);
      }
      return project;
    },

    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Gives a project a package that is a peer of this one, from the root's. */
export function addPeer(project, name) {
  symlinkSync(rootTool(name), join(project, "node_modules", name), "dir");
}
