/**
 * Keeps the page for when there is no server. Asked for only after the page is there, because nobody waits for it; where
 * the browser forbids it, as it does in some private windows, the page is as good but needs its server.
 */
export function keepForOffline(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const register = (): void => {
    navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
