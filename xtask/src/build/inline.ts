// Written by `cargo xtask build`: the WebAssembly module as text.
// A frequent byte is one character, its own if it has one here; a rarer one is a pair, which begins with a prefix.

const alphabet = "{alphabet}";
const prefixes = "{prefixes}";
/** A bit for each byte. */
const frequent: string = "{frequent}";
const text: string =
  "{text}";

/** The module's bytes. */
export default function wasm(): Uint8Array<ArrayBuffer> {
  const codes = [...alphabet].map((character) => character.charCodeAt(0));
  const free = new Set(codes);
  /** The byte that a character stands for; of a prefix, less than 0, where its pairs are. */
  const meanings = new Int16Array(128);
  const pairs = new Uint8Array(128 * prefixes.length);
  for (let i = 0; i < prefixes.length; i++) {
    const code = prefixes.charCodeAt(i);
    free.delete(code);
    meanings[code] = ~(128 * i);
  }
  const moved: number[] = [];
  let rare = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (!((Number.parseInt(frequent[byte >> 2]!, 16) >> (byte & 3)) & 1)) {
      pairs[128 * Math.floor(rare / codes.length) + codes[rare++ % codes.length]!] = byte;
    } else if (free.delete(byte)) meanings[byte] = byte;
    else moved.push(byte);
  }
  for (const code of free) meanings[code] = moved.shift()!;
  const bytes = new Uint8Array({length});
  let next = 0;
  for (let i = 0; i < bytes.length; i++) {
    const meaning = meanings[text.charCodeAt(next++)]!;
    bytes[i] = meaning < 0 ? pairs[~meaning + text.charCodeAt(next++)]! : meaning;
  }
  return bytes;
}
