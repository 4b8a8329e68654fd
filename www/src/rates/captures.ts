import type { Delivered } from "../rerating.js";
import { ask, read } from "../server.js";

/** A past charge. */
export interface Capture extends Delivered {
  charge: number;
}

/** A page of the account's charges from one day to another, and where the next one begins; null at the end. */
export async function fetchCaptures(
  { key, from, to }: { key: string; from: string; to: string },
  after: string | null,
  limit: number,
  signal: AbortSignal,
): Promise<{ captures: Capture[]; next: string | null }> {
  const query = new URLSearchParams({ from, to, limit: String(limit), ...(after === null ? {} : { after }) });
  const response = await ask(`/v1/captures?${query}`, { headers: { Authorization: `Bearer ${key}` }, signal });
  const { captures, next } = await read<{ captures: Capture[]; next?: string | number | null }>(response);
  return { captures, next: next === undefined || next === null ? null : String(next) };
}
