import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { Charging } from "../charging.js";
import type { Studio } from "../studio.js";
import { text } from "../text.js";
import { accountView } from "./account.js";
import { studioView, tabsView } from "./form.js";
import { planView } from "./plan.js";

export function pageView(studio: Studio, charging: Charging, copyLink: () => void, announcement: string): TemplateResult {
  const { document: card, warning } = studio;
  return html`<a class="skip" href="#studio-panel" @click=${skip}>${text.skip}</a>
    <header class="top">
      <h1><img src="/favicon.svg" alt="" width="24" height="24" />${text.name}</h1>
      <p>${text.cardVersion(card.title ?? card.id, card.version)}</p>
    </header>
    <p class="warning" ?hidden=${warning === null}>${warning ?? nothing}</p>
    <main>
      ${guard([studio.revision], () => accountView(studio, charging))}
      <div class="work">${tabsView(studio)} ${studioView(studio, charging)}</div>
      ${guard([studio.revision], () => planView(studio, charging, copyLink))}
    </main>
    <footer class="hint"><a href="/gallery.html">${text.gallery}</a></footer>
    <output class="said" aria-live="polite">${announcement}</output>`;
}

/** The address keeps the state of the page, so the link moves the focus itself. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.querySelector("rate-card-form")?.shadowRoot?.querySelector<HTMLElement>("input, select")?.focus();
}
