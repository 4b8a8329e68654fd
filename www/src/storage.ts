/** How long the browser keeps something: from one visit to the next, or while the tab is open. */
type Span = "visits" | "tab";

const storageOf = (span: Span): Storage => (span === "visits" ? localStorage : sessionStorage);

/** What the browser keeps for this page, by name. It may forbid that altogether; then nothing is kept, and nothing was. */
export function kept(name: string, span: Span = "visits"): string | null {
  try {
    return storageOf(span).getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a text; null takes it away. */
export function keep(name: string, text: string | null, span: Span = "visits"): void {
  try {
    if (text === null) storageOf(span).removeItem(name);
    else storageOf(span).setItem(name, text);
  } catch {
    // It lasts as long as the page.
  }
}
