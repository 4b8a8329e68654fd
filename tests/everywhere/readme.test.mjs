/**
 * Every example of the package's README, as someone would type it into an empty project.
 *
 * A block that begins with an import begins a program; one that does not goes on with the one before. What a program
 * writes must be the comments after, or under, each of its `console.log`. A block's second word is a file's name, or
 * `page` for a program that Vite bundles and a browser runs.
 */
import assert from "node:assert/strict";
import { delimiter, dirname } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../../www/tests/browsing.mjs";
import { BUNDLERS, bundleForServer, page } from "./bundles.mjs";
import { addPeer, pack, rootTool, run, source, tool } from "./projects.mjs";
import { serve } from "./site.mjs";

const README = source("npm/README.md");

/** `{ language, name, text, line }` of every block of code. */
const blocks = (markdown) =>
  [...markdown.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(({ 1: language, 2: name = "", 3: text, index }) => ({
    language,
    name,
    text,
    line: markdown.slice(0, index).split("\n").length,
  }));

/** Joins the blocks that go on with the one before. */
function programs(markdown, language, name = "") {
  const found = [];
  for (const block of blocks(markdown).filter((block) => block.language === language && block.name === name)) {
    if (block.text.startsWith("import")) found.push({ ...block });
    else found.at(-1).text += block.text;
  }
  return found;
}

/** The lines that a program says it writes. */
const promised = (text) =>
  [...text.matchAll(/console\.log\(.*\);(?: \/\/ (.*)|((?:\n *\/\/ .*)+))/g)].flatMap(([, beside, under]) =>
    beside === undefined ? under.trim().split(/\n */).map((line) => line.slice("// ".length)) : [beside],
  );

let packed;
let site;
let chromium;
before(async () => {
  packed = await pack();
  [site, chromium] = await Promise.all([serve(packed.folder), launch()]);
});
after(async () => {
  await chromium?.close();
  await site?.close();
  packed?.close();
});

/** A page's console and everything that went wrong in it, until something holds in it. */
async function visit(project, until) {
  const found = await chromium.browser.newPage();
  const written = [];
  found.on("console", (message) => written.push(message.text()));
  found.on("pageerror", (error) => written.push(String(error)));
  await found.goto(`${site.origin}/${project}/dist/index.html`);
  await found.waitForFunction(until);
  await found.close();
  return written;
}

test("the first code can be run, and begins before line 12", () => {
  const [first] = blocks(README);
  assert.ok(first.line < 12 && first.language === "js" && first.text.startsWith("import"));
});

test("every kind of block is tried by a test", () => {
  const kinds = new Set(blocks(README).map(({ language, name }) => `${language} ${name}`.trim()));
  assert.deepEqual([...kinds].sort(), ["html", "js", "js page", "json lab.json", "jsx", "sh", "ts"]);
});

for (const [file, markdown] of Object.entries({ "npm/README.md": README, "README.md": source("README.md") })) {
  for (const { text, line } of programs(markdown, "js")) {
    test(`the program at line ${line} of ${file} writes what it says in Node.js`, async () => {
      const project = packed.project(`js-${dirname(file)}-${line}`, { "main.mjs": text });
      const { stdout } = await run(process.execPath, ["main.mjs"], project);
      assert.deepEqual(stdout.trimEnd().split("\n"), promised(text));
    });
  }
}

test("the TypeScript compiles and writes what it says, with types that the command line wrote", async () => {
  const { name, text: card } = blocks(README).find(({ language }) => language === "json");
  const examples = programs(README, "ts");
  const files = Object.fromEntries(examples.map(({ line, text }) => [`line-${line}.ts`, text]));
  const compilerOptions = { module: "nodenext", strict: true, skipLibCheck: false, resolveJsonModule: true, noEmit: true };
  const project = packed.project("ts", {
    ...files,
    [name]: card,
    "package.json": '{ "private": true, "type": "module" }\n',
    "tsconfig.json": JSON.stringify({ compilerOptions, files: Object.keys(files) }),
  });
  const program = process.env.PRICETAG_BIN ?? rootTool("../target/release/pricetag");
  const command = blocks(README).find(({ language }) => language === "sh").text;
  await run("sh", ["-c", command], project, { PATH: `${dirname(program)}${delimiter}${process.env.PATH}` });
  await run(process.execPath, [rootTool("typescript/bin/tsc"), "--project", "tsconfig.json"], project);
  for (const { line, text } of examples) {
    const { stdout } = await run(tool(".bin/bun"), ["run", `line-${line}.ts`], project);
    assert.deepEqual(stdout.split("\n").filter(Boolean), promised(text), `line ${line}`);
  }
});

test("the programs for a page write what they say, out of Vite", async () => {
  for (const { line, text } of programs(README, "js", "page")) {
    const project = packed.project(`page-${line}`, { "main.mjs": `${text}\ndocument.title = "done";\n` });
    await BUNDLERS.vite(project);
    assert.deepEqual(await visit(`page-${line}`, 'document.title === "done"'), promised(text), `line ${line}`);
  }
});

test("the component renders its price on a server", async () => {
  for (const { line, text } of blocks(README).filter(({ language }) => language === "jsx")) {
    const rendering = `import { renderToStaticMarkup } from "react-dom/server";\nconsole.log(renderToStaticMarkup(<Price />));\n`;
    const project = packed.project(`jsx-${line}`, { "main.jsx": `${text}${rendering}` });
    for (const peer of ["react", "react-dom"]) addPeer(project, peer);
    await bundleForServer(project);
    const { stdout } = await run(process.execPath, ["dist/main.mjs"], project);
    assert.match(stdout, />16 credits<|16 credits<\/label>/);
  }
});

test("the elements of a page show something, and nothing goes wrong", async () => {
  for (const { line, text } of blocks(README).filter(({ language }) => language === "html")) {
    const name = `html-${line}`;
    const project = packed.project(name, { "main.mjs": "" });
    addPeer(project, "lit");
    await BUNDLERS.vite(project, page(text));
    const shown = `[...document.querySelectorAll(":defined")].filter(({ localName }) => localName.includes("-"))
      .every(({ shadowRoot }) => shadowRoot.textContent.trim() !== "") && document.querySelector(":not(:defined)") === null`;
    assert.deepEqual(await visit(name, shown), [], `line ${line}`);
  }
});
