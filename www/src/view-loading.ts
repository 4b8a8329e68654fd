import type { View } from "./context.js";
import type { ViewName } from "./link.js";

/** All views but the studio are loaded when they are first looked at. */
const LOADERS: Record<Exclude<ViewName, "studio">, () => Promise<View>> = {
  plan: () => import("./plan/index.js"),
  activity: () => import("./activity/index.js"),
  rates: () => import("./rates/index.js"),
};

export type LazyView = keyof typeof LOADERS;

const loaded = new Map<LazyView, View | "loading" | "failed">();

/** A view's module, or what has become of loading it; `done` is called when that changes. */
export function loadView(name: LazyView, done: () => void): View | "loading" | "failed" {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  loaded.set(name, "loading");
  LOADERS[name]().then(
    (view) => {
      loaded.set(name, view);
      done();
    },
    () => {
      loaded.set(name, "failed");
      done();
    },
  );
  return "loading";
}

/** Forgets that a view could not be loaded. */
export function tryAgain(name: LazyView): void {
  loaded.delete(name);
}
