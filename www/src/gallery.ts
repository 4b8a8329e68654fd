import { html, nothing, render, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import type { ComponentType } from "react";
import "pricetag/elements";
import { sections, type Section, type Specimen } from "./gallery/specimens.js";

/** The files of `code/`, as text to show and as modules to run. */
const texts = import.meta.glob<string>("./gallery/code/*", { query: "?raw", import: "default", eager: true });
const scripts = import.meta.glob("./gallery/code/*.js");
const components = import.meta.glob<{ default: ComponentType }>("./gallery/code/*.tsx");

const pathOf = (file: string): string => `./gallery/code/${file}`;
const idOf = (name: string): string => name.toLowerCase().replace(/[^a-z]+/g, "-").replace(/^-|-$/g, "");

function pageView(): TemplateResult {
  return html`<header class="top">
      <h1><img src="/favicon.svg" alt="" width="24" height="24" />Elements</h1>
      <p><a href="/">Back to the studio</a></p>
    </header>
    <nav aria-label="Sections">
      <ul>
        ${sections.map(({ name }) => html`<li><a href="#${idOf(name)}">${name}</a></li>`)}
      </ul>
    </nav>
    <main>${sections.map(sectionView)}</main>`;
}

function sectionView({ name, says, specimens }: Section): TemplateResult {
  const id = idOf(name);
  return html`<section id=${id} aria-labelledby="${id}-name">
    <h2 id="${id}-name">${name}</h2>
    <p class="hint">${says}</p>
    ${specimens.map(specimenView)}
  </section>`;
}

function specimenView(specimen: Specimen): TemplateResult {
  const { title, says, file } = specimen;
  const empty = specimen.html === undefined && !file?.endsWith(".tsx");
  return html`<article class="panel specimen">
    <header>
      <h3>${title}</h3>
      <p class="hint">${says}</p>
    </header>
    ${empty ? nothing : html`<div class="live" data-file=${file ?? nothing}>${unsafeHTML(specimen.html)}</div>`}
    <pre tabindex="0" role="group" aria-label="Code: ${title}"><code>${codeOf(specimen)}</code></pre>
  </article>`;
}

function codeOf({ html, css, file }: Specimen): string {
  const script = file === undefined ? undefined : texts[pathOf(file)]?.trim();
  return [html, css, script].filter((code) => code !== undefined).join("\n\n");
}

function applyStyles(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(sections.flatMap(({ specimens }) => specimens.map(({ css }) => css ?? "")).join("\n"));
  document.adoptedStyleSheets.push(sheet);
}

/** Runs the files in order, because the first one provides the card. */
async function run(root: HTMLElement): Promise<void> {
  for (const { file } of sections.flatMap(({ specimens }) => specimens)) {
    if (file === undefined) continue;
    await scripts[pathOf(file)]?.();
    const component = await components[pathOf(file)]?.();
    const live = root.querySelector(`[data-file="${file}"]`);
    if (component !== undefined && live !== null) await mount(component.default, live);
  }
}

async function mount(component: ComponentType, live: Element): Promise<void> {
  const [{ createElement }, { createRoot }] = await Promise.all([import("react"), import("react-dom/client")]);
  createRoot(live).render(createElement(component));
}

const root = document.getElementById("page");
if (root !== null) {
  applyStyles();
  render(pageView(), root);
  await run(root);
}
