/** What can take the focus; a heading that may have it comes before what stands under it. */
const FOCUSABLE = ":is(a[href], button, input, select, summary, [tabindex]):not(:disabled)";

/**
 * Draws, and hands the focus on where what had it is gone, or can no longer have it: to what is nearest around. Whoever works with
 * keys would have to begin again at the top of the page.
 */
export function keepingFocus(draw: () => void): void {
  const had = document.activeElement;
  const around: Element[] = [];
  for (let element = had?.parentElement; element && element !== document.body; element = element.parentElement) around.push(element);
  draw();
  if (had === null || around.length === 0 || (had.isConnected && !had.matches(":disabled"))) return;
  for (const element of around) {
    const next = element.isConnected ? [...element.querySelectorAll<HTMLElement>(FOCUSABLE)].find((found) => found.checkVisibility()) : undefined;
    if (next !== undefined) return next.focus({ preventScroll: true });
  }
}
