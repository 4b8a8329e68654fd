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
const UNDEFINED = 7;
const FUNCTION = 8;
const BIGINT = 9;
const SYMBOL = 10;
const UNREADABLE_VALUE = 12;
const UNREADABLE_OBJECT = 13;
const TOO_LARGE = 14;

/** Deeper than any document of the model; also where a cycle ends. */
const DEPTH_MAX = 16;
/** More than any document of the model has; shared parts count each time, so that sharing cannot multiply work. */
const NODES_MAX = 2_000_000;
/** A UTF-16 unit takes at most so many bytes in UTF-8. */
const UTF8_BYTES_MAX = 3;

const encoder = new TextEncoder();

class Writer {
  bytes = new Uint8Array(1024);
  #view = new DataView(this.bytes.buffer);
  #nodes = 0;
  end = 0;

  #room(bytes: number): void {
    if (this.end + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.end + bytes));
    larger.set(this.bytes);
    this.bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  #kind(kind: number): void {
    this.#room(1);
    this.bytes[this.end++] = kind;
  }

  /** Writes a length, and answers where it stands. */
  #length(length: number): number {
    this.#room(4);
    this.#view.setUint32(this.end, length, true);
    this.end += 4;
    return this.end - 4;
  }

  #text(text: string): void {
    const at = this.#length(0);
    this.#room(UTF8_BYTES_MAX * text.length);
    const { written } = encoder.encodeInto(text, this.bytes.subarray(this.end));
    this.end += written;
    this.#view.setUint32(at, written, true);
  }

  write(value: unknown, depth: number): void {
    this.#nodes += 1;
    if (this.#nodes > NODES_MAX || depth > DEPTH_MAX) return this.#kind(TOO_LARGE);
    switch (typeof value) {
      case "number":
        this.#kind(NUMBER);
        this.#room(8);
        this.#view.setFloat64(this.end, value, true);
        this.end += 8;
        return;
      case "string":
        this.#kind(TEXT);
        return this.#text(value);
      case "boolean":
        return this.#kind(value ? TRUE : FALSE);
      case "object":
        return value === null ? this.#kind(NULL) : this.#members(value, depth);
      case "undefined":
        return this.#kind(UNDEFINED);
      case "function":
        return this.#kind(FUNCTION);
      case "bigint":
        return this.#kind(BIGINT);
      case "symbol":
        return this.#kind(SYMBOL);
    }
  }

  #members(value: object, depth: number): void {
    let keys: string[] | undefined;
    let elements = 0;
    try {
      // A proxy may throw here.
      if (Array.isArray(value)) elements = value.length;
      else keys = Object.keys(value);
    } catch {
      return this.#kind(UNREADABLE_OBJECT);
    }
    if (keys === undefined) this.#list(value as unknown[], elements, depth);
    else this.#object(value as Record<string, unknown>, keys, depth);
  }

  #list(list: unknown[], elements: number, depth: number): void {
    this.#kind(LIST);
    const at = this.#length(0);
    let index = 0;
    for (; index < elements && this.#nodes <= NODES_MAX; index += 1) {
      this.#member(list, index, depth);
    }
    this.#view.setUint32(at, index, true);
  }

  #object(object: Record<string, unknown>, keys: string[], depth: number): void {
    this.#kind(OBJECT);
    const at = this.#length(0);
    let members = 0;
    for (const key of keys) {
      const before = this.end;
      this.#text(key);
      if (this.#member(object, key, depth)) members += 1;
      else this.end = before;
    }
    this.#view.setUint32(at, members, true);
  }

  /** Writes a member; of an object only if it is there. */
  #member<K extends string | number>(of: Record<K, unknown>, key: K, depth: number): boolean {
    let value: unknown;
    try {
      value = of[key];
    } catch {
      this.#kind(UNREADABLE_VALUE);
      return true;
    }
    if (value === undefined && typeof key === "string") return false;
    this.write(value, depth + 1);
    return true;
  }
}

/** The bytes of a document. */
export function bytesOf(document: unknown): Uint8Array {
  const writer = new Writer();
  writer.write(document, 0);
  return writer.bytes.subarray(0, writer.end);
}
