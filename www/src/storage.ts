/** What the browser keeps for this page, by name. It may forbid that altogether; then nothing is kept, and nothing was. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a text; null takes it away. */
export function keep(name: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    // It lasts as long as the page.
  }
}
