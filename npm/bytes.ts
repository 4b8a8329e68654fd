/**
 * Documents as bytes, which is how the strict lane hands them to the module: one call instead of one for each member.
 *
 * A document is what `JSON.stringify` would see but for `toJSON`: own enumerable members, and what is `undefined` is
 * absent. What has no form in JSON is handed over as that, so that the module can say so. Its form is in src/wasm/bytes.rs.
 */

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const TEXT = 4;
const LIST = 5;
const OBJECT = 6;
const UNREADABLE_VALUE = 11;
const UNREADABLE_OBJECT = 12;
const TOO_LARGE = 13;
/** Ends a text, a list and an object; no UTF-8 has it. */
const END = 255;

/** What has no form in JSON. */
const FOREIGN: Record<string, number> = { undefined: 7, function: 8, bigint: 9, symbol: 10 };

/** Deeper than any document of the model; also where a cycle ends. */
const DEPTH_MAX = 16;
/** More than any document of the model has; shared parts count each time, so that sharing cannot multiply work. */
const NODES_MAX = 2_000_000;
/** A UTF-16 unit takes at most so many bytes in UTF-8. */
const UTF8_BYTES_MAX = 3;

const encoder = new TextEncoder();

/** The bytes of a document. What it holds is this call's own, because a getter may have another document written. */
export function bytesOf(document: unknown): Uint8Array {
  let bytes = new Uint8Array(1024);
  let end = 0;
  let nodes = 0;

  /** Writes a byte, and makes room for so many more. */
  function put(byte: number, more = 0): void {
    if (end + more >= bytes.length) {
      const larger = new Uint8Array(2 * (end + more + 1));
      larger.set(bytes);
      bytes = larger;
    }
    bytes[end++] = byte;
  }

  function text(text: string): void {
    put(TEXT, UTF8_BYTES_MAX * text.length);
    let index = 0;
    // Nearly all text is short and ASCII, for which the encoder's call alone takes longer.
    for (let unit; (unit = text.charCodeAt(index)) < 128; index += 1) bytes[end++] = unit;
    if (index < text.length) end += encoder.encodeInto(text.slice(index), bytes.subarray(end)).written;
    put(END);
  }

  function write(value: unknown, depth: number): void {
    nodes += 1;
    if (nodes > NODES_MAX || depth > DEPTH_MAX) put(TOO_LARGE);
    else if (typeof value === "string") text(value);
    else if (typeof value === "number") {
      put(NUMBER, 8);
      new DataView(bytes.buffer).setFloat64(end, value, true);
      end += 8;
    } else if (typeof value === "boolean") put(value ? TRUE : FALSE);
    else if (value === null) put(NULL);
    else if (typeof value === "object") members(value as Record<string | number, unknown>, depth + 1);
    else put(FOREIGN[typeof value]!);
  }

  function members(of: Record<string | number, unknown>, depth: number): void {
    let keys: string[] | undefined;
    let length: number;
    try {
      // A proxy may throw here.
      if (!Array.isArray(of)) keys = Object.keys(of);
      // And say anything of its length.
      length = Number((keys ?? of)["length"]);
    } catch {
      return put(UNREADABLE_OBJECT);
    }
    put(keys ? OBJECT : LIST);
    for (let index = 0; index < length && (keys || nodes <= NODES_MAX); index += 1) {
      let member: unknown;
      let readable = true;
      try {
        member = of[keys?.[index] ?? index];
      } catch {
        readable = false;
      }
      if (keys) {
        // What is undefined is no member.
        if (member === undefined && readable) continue;
        text(keys[index]!);
      }
      if (readable) write(member, depth);
      else put(UNREADABLE_VALUE);
    }
    put(END);
  }

  write(document, 0);
  return bytes.subarray(0, end);
}
