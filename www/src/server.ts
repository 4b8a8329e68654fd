import type { AnyItem, Estimate } from "pricetag";

/** What the server says of the account that a key belongs to. */
export interface ServerAccount {
  accountId: string;
  tier: string;
  /** Credits; `available` is null where the tier's credits are unlimited. */
  balance: { posted: number | null; held: number; available: number | null };
  freeUnits: { [pool: string]: number };
}

/** What a charge came to. */
export interface Receipt {
  id: string;
  charge: number;
  released: number;
  estimate: Estimate;
  balance: { posted: number | null; held: number; available: number | null };
}

/** A plan that someone has agreed to pay for; the key makes sure that it is charged once, however often it is sent. */
export interface Attempt {
  plan: { items: AnyItem[] };
  accepted: { fingerprint: string; high: number };
  idempotencyKey: string;
}

/** An RFC 9457 answer. */
export interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  retry?: "never" | "same-key" | "new-key";
  shortBy?: number;
  needs?: string | null;
  estimate?: Estimate;
  errors?: { message: string }[];
}

/** The server answered, and refused. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: ProblemBody;
  /** Seconds until it is worth asking again, where the server says so. */
  readonly retryAfter: number | null;

  constructor(status: number, body: ProblemBody, retryAfter: number | null = null) {
    super(body.detail ?? body.title ?? String(status));
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** No answer of the server came, so it is not known what it did. */
export class Unreachable extends Error {}

const randomKey = (): string => {
  // randomUUID is there in secure contexts only; a page on a local network's address has just random bytes.
  if ("randomUUID" in crypto) return crypto.randomUUID();
  return Array.from((crypto as Crypto).getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

export function newAttempt(items: AnyItem[], fingerprint: string, high: number): Attempt {
  return { plan: { items }, accepted: { fingerprint, high }, idempotencyKey: randomKey() };
}

/** Sends a request; whatever is not an answer is thrown as a {@link Refusal} or as {@link Unreachable}. */
export async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    // Who takes a request back knows why there is no answer.
    if (init.signal?.aborted === true) throw error;
    throw new Unreachable(String(error));
  }
  if (response.ok || response.status === 304) return response;
  // A proxy's page or nothing at all: the status is what there is to say.
  const said: unknown = await response.json().catch(() => null);
  const body: ProblemBody = typeof said === "object" && said !== null ? said : { title: response.statusText };
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  throw new Refusal(response.status, body, Number.isFinite(seconds) ? seconds : null);
}

export async function read<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/** The text of the card in force, or null where it is the one with this fingerprint. */
export async function fetchCard(fingerprint: string): Promise<string | null> {
  const response = await ask("/v1/card", { headers: { "If-None-Match": `"${fingerprint}"` } });
  if (response.status === 304 || response.headers.get("ETag") === `"${fingerprint}"`) return null;
  return response.text();
}

export async function fetchAccount(key: string): Promise<ServerAccount> {
  return read(await ask("/v1/account", { headers: { Authorization: `Bearer ${key}` } }));
}

export async function charge(attempt: Attempt, key: string): Promise<Receipt> {
  const { plan, accepted, idempotencyKey } = attempt;
  const response = await ask("/v1/charges", {
    method: "POST",
    headers: {
      Authorization: `Bearer ${key}`,
      "Content-Type": "application/json",
      "Idempotency-Key": idempotencyKey,
    },
    body: JSON.stringify({ plan, accepted }),
  }).catch((error: unknown) => {
    throw isOfProxy(error) ? new Unreachable(String(error)) : error;
  });
  return read(response);
}

/** Whether a proxy gave up on the server, which may have charged: the server itself says whether to try again. */
const isOfProxy = (error: unknown): boolean =>
  error instanceof Refusal && error.body.retry === undefined && (error.status >= 500 || error.status === 408);
