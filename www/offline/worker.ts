/// <reference lib="webworker" />
/**
 * The page without the server: every file of the page is kept when it was first loaded, and answered from what is kept.
 *
 * A version is the set of files that one build made. It is kept whole or not at all, because each file must have the
 * hash that the build gave it; so no page is ever made of the files of two builds. `/v1` is never kept: what an account
 * holds is the server's to say.
 */
export {};

declare const self: ServiceWorkerGlobalScope;

/** The build writes these before this file: the hash of all files, and each file's address with the hash that it must have, or one of two. */
declare const VERSION: string;
declare const FILES: readonly (readonly [address: string, integrity: string])[];

const PREFIX = "pricetag-";
const CACHE = PREFIX + VERSION;
const ADDRESSES = new Set(FILES.map(([address]) => address));

/** All files or none: a cache that misses one would only take room. */
async function install(): Promise<void> {
  try {
    await keepAll();
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
  await self.skipWaiting();
}

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    FILES.map(async ([address, integrity]) => {
      // A name with a hash in it may come from the browser's own cache; the others must be asked for.
      const request = new Request(address, { integrity, cache: address.startsWith("/assets/") ? "default" : "no-cache" });
      await cache.put(address, await fetched(request));
    }),
  );
}

async function fetched(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (!response.ok) throw new Error(`${request.url} answered ${response.status}`);
  return response;
}

/** A page that is open goes on with the files it began with, so the version before this one stays until the next. */
async function forgetOld(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
}

async function answer(address: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? (await caches.match(address)) ?? fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const address = pathname === "/index.html" ? "/" : pathname;
  // Files with a hash in their names may be an earlier version's; everything else that is not ours is the network's.
  if (ADDRESSES.has(address) || address.startsWith("/assets/")) event.respondWith(answer(address, request));
});
