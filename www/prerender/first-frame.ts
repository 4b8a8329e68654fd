/**
 * The studio's first frame, drawn while the page is built: by the page's own views, with the card that the package has built in.
 *
 * Figures stay open, because how they are written is the locale's of whoever looks: see `figures.ts`.
 */
import { render } from "@lit-labs/ssr";
import { collectResultSync } from "@lit-labs/ssr/lib/render-result.js";
import { RateCard } from "pricetag";
import "pricetag/elements";
import type { Context } from "../src/context.js";
import { Charging } from "../src/charging.js";
import { VIEWS, writeLink } from "../src/link.js";
import { Parts } from "../src/parts.js";
import { Studio } from "../src/studio.js";
import { text, useLanguage } from "../src/text/index.js";
import { LANGUAGES, type Language } from "../src/text/language.js";
import { formats, recordFormats } from "./figures.js";

/** What the build writes before `show.ts`. */
export interface FirstFrame {
  /** The fragment that the page itself writes for what is drawn. */
  link: string;
  /** The formats that the figures refer to. */
  formats: readonly Intl.NumberFormatOptions[];
  /** The styles of the elements in it, which the page's policy does not allow in a document. */
  styles: string;
  /** The page's content in each language, and what stands there instead if the page cannot start. */
  frames: Record<Language, { html: string; cannotStart: string }>;
}

const NOTHING = (): void => {};

const STYLES = /<style>(.*?)<\/style>/gs;

/** What the views ask of a browser before they are shown. */
function standInForBrowser(): void {
  Object.assign(globalThis, {
    document: { documentElement: {}, querySelector: () => null },
    requestAnimationFrame: () => 0,
  });
  // Node.js has it from version 21 on.
  if (!("navigator" in globalThis)) Object.assign(globalThis, { navigator: { languages: [] } });
}

const short = (text: string): string => text.replace(/\s+/g, " ").replaceAll(" >", ">");

/** Without what Lit writes for a page that goes on with what was drawn: this one is drawn anew. */
const plain = (html: string): string =>
  short(html.replace(/<!--.*?-->|<\?>/gs, "").replace(STYLES, ""))
    // Defined, the element would draw itself anew beside what it has been drawn as.
    .replaceAll("<price-tag", '<span class="price-tag"')
    .replaceAll("</price-tag>", "</span>");

export async function firstFrame(): Promise<FirstFrame> {
  standInForBrowser();
  recordFormats();
  const { pageView } = await import("../src/views/page.js");
  const studio = new Studio(RateCard.builtin(), { changed: NOTHING, typed: NOTHING, moving: NOTHING, said: NOTHING });
  const link = (view: Context["view"]): string => writeLink({ view, form: studio.formItem, plan: [], account: null, own: new Map() });
  const context: Context = {
    studio,
    charging: new Charging(studio, NOTHING),
    view: VIEWS[0],
    parts: new Parts(NOTHING),
    own: new Map(),
    href: link,
    keep: NOTHING,
    chooseLanguage: NOTHING,
    copyLink: NOTHING,
    announce: NOTHING,
    redraw: NOTHING,
  };
  const frames: Partial<FirstFrame["frames"]> = {};
  const styles = new Set<string>();
  for (const name of Object.keys(LANGUAGES) as Language[]) {
    await useLanguage(name);
    const html = collectResultSync(render(pageView(context, "")));
    for (const [, style = ""] of html.matchAll(STYLES)) styles.add(short(style));
    frames[name] = { html: plain(html), cannotStart: text.cannotStart };
  }
  return { link: link(VIEWS[0]), formats, styles: [...styles].join(""), frames: frames as FirstFrame["frames"] };
}
