/** Does something once the next frame has been painted: a task that begins in a frame's own callback comes after that frame. */
export function afterPaint(work: () => void): void {
  requestAnimationFrame(() => setTimeout(work));
}
