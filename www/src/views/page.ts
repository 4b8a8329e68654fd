import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { live } from "lit/directives/live.js";
import type { Context } from "../context.js";
import { VIEWS } from "../link.js";
import { Parts } from "../parts.js";
import { language, text } from "../text/index.js";
import { LANGUAGES, type Language } from "../text/language.js";
import { loadView, tryAgain, type LazyView } from "../view-loading.js";
import { accountView } from "./account.js";
import { studioView, tabsView } from "./form.js";
import { planPanelView } from "./plan-panel.js";

/** The account's one line, and then what it opens to; once for all views. */
let account: Parts | undefined;
/** It is in the document before the scripts are, and stays. */
const brand = document.querySelector("#page h1");

export function pageView(context: Context, announcement: string): TemplateResult {
  const { studio, charging, view, parts, redraw } = context;
  const { document: card, warning } = studio;
  account ??= new Parts(redraw);
  account.begin();
  const opens = account.has("body");
  return html`<a class="skip" href=${view === "studio" ? "#studio-panel" : "#content"} @click=${skip}>${view === "studio" ? text.skip : text.skipToView}</a>
    <header class="top">
      ${brand}
      ${navigationView(context)}
      <p>${text.cardVersion(card.title ?? card.id, card.version)}</p>
    </header>
    <p class="warning" ?hidden=${warning === null}>${warning?.() ?? nothing}</p>
    <main class="view-${view}" id="content">
      ${guard([studio.revision, opens], () => accountView(studio, charging, opens))}
      ${view === "studio"
        ? html`<div class="work">
              <h2 class="visually-hidden" tabindex="-1">${text.views.studio}</h2>
              ${tabsView(studio)} ${studioView(context)}
            </div>
            ${parts.has("plan") ? guard([studio.revision, studio.drawing, context.href("plan")], () => planPanelView(context)) : nothing}`
        : lazyView(context, view)}
    </main>
    ${parts.has("footer") ? footerView(context) : nothing}
    <output class="visually-hidden" aria-live="polite">${announcement}</output>`;
}

function navigationView({ view, href }: Context): TemplateResult {
  return html`<nav class="views" aria-label=${text.navigation}>
    <ul>
      ${VIEWS.map((name) => html`<li><a href=${href(name)} aria-current=${name === view ? "page" : nothing}>${text.views[name]}</a></li>`)}
    </ul>
  </nav>`;
}

/** Comes last, below all else, so that it never moves. */
function footerView(context: Context): TemplateResult {
  return html`<footer class="hint">
    <a href="/gallery.html">${text.gallery}</a>
    ${languageView(context)}
  </footer>`;
}

function languageView({ chooseLanguage }: Context): TemplateResult {
  return html`<label class="language">
    ${text.language}
    <select id="language" @change=${({ target }: Event) => chooseLanguage((target as HTMLSelectElement).value as Language)}>
      ${Object.entries(LANGUAGES).map(
        ([name, title]) => html`<option value=${name} lang=${name} .selected=${live(name === language)}>${title}</option>`,
      )}
    </select>
  </label>`;
}

function lazyView(context: Context, name: LazyView): TemplateResult {
  const found = loadView(name, context.redraw);
  if (found === "loading") {
    context.parts.hold();
    return html`<p class="panel hint loading" aria-busy="true">${text.loadingView}</p>`;
  }
  if (found === "failed") {
    const again = (): void => {
      tryAgain(name);
      context.redraw();
    };
    return html`<div class="panel loading">
      <p>${text.viewNotLoaded}</p>
      <button type="button" @click=${again}>${text.retry}</button>
    </div>`;
  }
  return found.view(context);
}

/** The address keeps the state of the page, so the link moves the focus itself. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  const form = document.querySelector("rate-card-form")?.shadowRoot?.querySelector<HTMLElement>("input, select");
  (form ?? document.querySelector<HTMLElement>("main h2[tabindex]"))?.focus();
}
