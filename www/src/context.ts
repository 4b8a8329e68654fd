import type { TemplateResult } from "lit";
import type { Charging } from "./charging.js";
import type { ViewName } from "./link.js";
import type { Parts } from "./parts.js";
import type { Studio } from "./studio.js";
import type { Language } from "./text/language.js";

/** What a view may use of the page around it. */
export interface Context {
  readonly studio: Studio;
  readonly charging: Charging;
  readonly view: ViewName;
  readonly parts: Parts;
  /** What the view keeps in the link, by name: a budget, a search, a range of days. */
  readonly own: ReadonlyMap<string, string>;
  /** Keeps a value in the link; null takes it away. Draws the page anew. */
  keep(name: string, value: string | null): void;
  /** The link to a view with the form and the plan as they last settled; what has not is written when it is followed. */
  href(view: ViewName): string;
  /** Says everything in another language, now and the next time. */
  chooseLanguage(language: Language): void;
  copyLink(): void;
  /** Says something to those who hear the page instead of seeing it. */
  announce(message: string): void;
  redraw(): void;
}

/** What the module of a view exports. */
export interface View {
  view(context: Context): TemplateResult;
}
