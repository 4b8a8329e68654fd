import type { Context } from "../context.js";
import type { Editing } from "./editing.js";
import { open } from "./share.js";

/** Whether a file is held over the view. */
let over = 0;

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false;

export const isOver = (): boolean => over > 0;

/** What a view does with a file that is dragged over it: shows that it can be dropped, and opens it. */
export function dropping(context: Context, editing: Editing) {
  const change = (event: DragEvent, to: number): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const before = isOver();
    over = Math.max(0, to);
    if (before !== isOver()) context.redraw();
  };
  return {
    enter: (event: DragEvent) => change(event, over + 1),
    over: (event: DragEvent) => change(event, over),
    leave: (event: DragEvent) => change(event, over - 1),
    drop: (event: DragEvent) => {
      const [file] = event.dataTransfer?.files ?? [];
      change(event, 0);
      if (file !== undefined) void open(context, editing, file);
    },
  };
}
