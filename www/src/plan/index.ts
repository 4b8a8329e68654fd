import { html, type TemplateResult } from "lit";
import type { Context } from "../context.js";
import { text } from "../text/index.js";

export function view(_: Context): TemplateResult {
  return html`<section class="panel"><h2 tabindex="-1">${text.views.plan}</h2></section>`;
}
