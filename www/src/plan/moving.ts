/** Distance from the window's edge, in pixels, at which the page begins to scroll under what is dragged. */
const EDGE = 56;
const SCROLL_STEP = 12;

/** Where a dragged row would go: the number of other rows whose middle is above the pointer. */
function placeAt(middles: readonly number[], from: number, y: number): number {
  return middles.filter((middle, at) => at !== from && middle < y).length;
}

/**
 * Drags a row of a list by its handle. The list stays as it is until the row is let go; a line shows where it would go.
 * Escape leaves everything as it was.
 */
export function drag(event: PointerEvent, from: number, drop: (to: number) => void): void {
  const row = (event.currentTarget as HTMLElement).closest("li");
  const list = row?.parentElement;
  if (event.button !== 0 || row === null || list === null || list === undefined) return;
  event.preventDefault();
  (event.currentTarget as HTMLElement).focus();
  const rows = [...list.children] as HTMLElement[];
  const middles = rows.map((each) => {
    const { top, height } = each.getBoundingClientRect();
    return top + scrollY + height / 2;
  });
  const start = event.clientY + scrollY;
  const { pointerId } = event;
  let clientY = event.clientY;
  let to = from;
  let frame = 0;

  const show = (): void => {
    const y = clientY + scrollY;
    to = placeAt(middles, from, y);
    row.style.translate = `0 ${y - start}px`;
    for (const each of rows) delete each.dataset["drop"];
    if (to === from) return;
    const target = rows[to];
    if (target !== undefined) target.dataset["drop"] = to < from ? "before" : "after";
  };
  const scroll = (): void => {
    const step = clientY < EDGE ? -SCROLL_STEP : clientY > innerHeight - EDGE ? SCROLL_STEP : 0;
    if (step !== 0) {
      scrollBy(0, step);
      show();
    }
    frame = requestAnimationFrame(scroll);
  };
  const moved = (move: PointerEvent): void => {
    if (move.pointerId !== pointerId) return;
    ({ clientY } = move);
    show();
  };
  const end = (dropped: boolean): void => {
    cancelAnimationFrame(frame);
    listening.abort();
    delete row.dataset["dragged"];
    row.style.translate = "";
    for (const each of rows) delete each.dataset["drop"];
    if (dropped && to !== from) drop(to);
  };
  const listening = new AbortController();
  const { signal } = listening;
  row.dataset["dragged"] = "";
  frame = requestAnimationFrame(scroll);
  addEventListener("pointermove", moved, { signal });
  addEventListener("pointerup", (up) => up.pointerId === pointerId && end(true), { signal });
  addEventListener("pointercancel", (cancel) => cancel.pointerId === pointerId && end(false), { signal });
  addEventListener("keydown", (key) => key.key === "Escape" && end(false), { signal });
}

/** Where the arrow keys lead from a place in a list; null where they lead nowhere. */
export function placeByKey(event: KeyboardEvent, from: number, count: number): number | null {
  const to = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: count - 1 }[event.key];
  if (to === undefined) return null;
  event.preventDefault();
  return to < 0 || to >= count || to === from ? null : to;
}
