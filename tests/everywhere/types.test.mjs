/** The package's types in an empty project, as compilers and editors see them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import ts from "typescript";
import { addPeer, pack, rootTool, run, source, tool } from "./projects.mjs";

const COMPILERS = {
  [`TypeScript ${ts.versionMajorMinor}`]: tool("typescript/bin/tsc"),
  "TypeScript 7": rootTool("typescript/bin/tsc"),
};

/** All that a strict project may have on; the declarations of packages are checked too. */
const STRICT = {
  target: "ES2022",
  strict: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  resolveJsonModule: true,
  noEmit: true,
  types: [],
};

/** A server's project knows neither a document nor WebAssembly. */
const PROJECTS = {
  "a server's project": { module: "nodenext", moduleResolution: "nodenext", lib: ["ES2022"] },
  "a page's project": { module: "esnext", moduleResolution: "bundler", lib: ["ES2022", "DOM"] },
};

const MANIFEST = '{ "private": true, "type": "module" }\n';

/** Each entry but the default one, which `tests/types.ts` is about. */
const ENTRIES = `
  import { init, initSync, RateCard } from "pricetag/slim";
  import { PriceTag } from "pricetag/elements";
  import { useEstimate } from "pricetag/react";
  import module from "pricetag/pricetag_bg.wasm";
  import manifest from "pricetag/package.json" with { type: "json" };
  initSync(module) satisfies void;
  init(new URL("https://example.com/pricetag_bg.wasm")) satisfies Promise<void>;
  RateCard.builtin().version satisfies string;
  PriceTag satisfies typeof HTMLElement;
  useEstimate(RateCard.builtin(), { items: [{ operation: "library" }] }) satisfies object;
  manifest.version satisfies string;
`;

let packed;
before(async () => {
  packed = await pack();
});
after(() => packed?.close());

const compile = (tsc, project) => run(process.execPath, [tsc, "--project", "tsconfig.json"], project);
const settings = (compilerOptions, files) => JSON.stringify({ compilerOptions: { ...STRICT, ...compilerOptions }, files });

for (const [compiler, tsc] of Object.entries(COMPILERS)) {
  for (const [kind, compilerOptions] of Object.entries(PROJECTS)) {
    test(`${compiler} allows and refuses what it should in ${kind}`, async () => {
      const project = packed.project(`${compiler} ${kind}`.replaceAll(/\W+/g, "-"), {
        "package.json": MANIFEST,
        "types.ts": source("tests/types.ts"),
        "golden.json": source("tests/golden.json"),
        "tsconfig.json": settings(compilerOptions, ["types.ts"]),
      });
      await compile(tsc, project);
    });
  }

  test(`${compiler} finds the types of every entry`, async () => {
    const project = packed.project(`${compiler} entries`.replaceAll(/\W+/g, "-"), {
      "package.json": MANIFEST,
      "entries.ts": ENTRIES,
      "tsconfig.json": settings(PROJECTS["a page's project"], ["entries.ts"]),
    });
    for (const peer of ["lit", "react", "@types"]) addPeer(project, peer);
    await compile(tsc, project);
  });
}

test("nothing that is declared is `any`", () => {
  const folder = join(packed.project("declarations", {}), "node_modules/pricetag");
  const declarations = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith(".ts"));
  assert.ok(declarations.length > 5);
  for (const path of declarations) {
    const file = ts.createSourceFile(path, readFileSync(join(folder, path), "utf8"), ts.ScriptTarget.Latest);
    const visit = (node) => {
      assert.notEqual(node.kind, ts.SyntaxKind.AnyKeyword, `${path}, character ${node.pos}`);
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
});

test("an editor shows the documentation of what is under the pointer", () => {
  const text = `
    import { RateCard, type Line } from "pricetag";
    const card = RateCard.builtin();
    const answer = card.estimate({ items: [{ operation: "create", variations: 4 }] });
    const live = card.live({ operation: "create" });
    const total = live.set("quality", "draft").total;
    const count = (line: Line) => line.count;`;
  const file = join(packed.project("editor", { "package.json": MANIFEST, "main.ts": text }), "main.ts");
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({ module: ts.ModuleKind.NodeNext, strict: true, types: [] }),
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => (ts.sys.fileExists(path) ? ts.ScriptSnapshot.fromString(ts.sys.readFile(path)) : undefined),
    getCurrentDirectory: () => packed.folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
  });
  /** What is shown with the pointer at the end of some text. */
  const shown = (before) =>
    ts.displayPartsToString(service.getQuickInfoAtPosition(file, text.indexOf(before) + before.length - 1)?.documentation);
  const rows = [
    ["{ RateCard", /^What everything costs\./],
    ["RateCard.builtin", /^The built-in card/],
    ["card.estimate", /^What a plan costs, line by line/],
    ["variations", /^A whole number, 1 to 10$/],
    ["card.live", /^An item that changes one field at a time/],
    ["live.set", /^Sets a field/],
    ["total", /^What the item costs; null while it has errors\.$/, '"draft").total'],
    ["count", /^Outputs: the quantity times every count field\.$/, "line.count"],
  ];
  for (const [name, documentation, place = name] of rows) assert.match(shown(place), documentation, name);
});
