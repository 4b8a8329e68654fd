// Written by `cargo xtask build`: the WebAssembly module as text.
// A frequent byte is one character, its own if it has one here; a rarer one is a pair, which begins with a prefix.

/** A bit for each byte. */
const frequent: string = "{frequent}";
const text: string =
  "{text}";

/** The printable characters but for `"`, `<` and `\`; the last two are the prefixes. */
const codes: number[] = [];
for (let code = 32; code < 127; code++) if (code !== 34 && code !== 60 && code !== 92) codes.push(code);
const PREFIX = 125;

/** The module's bytes. */
export default function wasm(): Uint8Array<ArrayBuffer> {
  const free = new Set(codes.slice(0, -2));
  /** The byte that a character stands for, or a pair, by the code of each. */
  const meanings = new Uint8Array(127 << 7);
  const moved: number[] = [];
  let rare = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (!((Number.parseInt(frequent[byte >> 2]!, 16) >> (byte & 3)) & 1)) {
      meanings[((PREFIX + Math.floor(rare / codes.length)) << 7) | codes[rare++ % codes.length]!] = byte;
    } else if (free.delete(byte)) meanings[byte] = byte;
    else moved.push(byte);
  }
  for (const code of free) meanings[code] = moved.shift()!;
  const bytes = new Uint8Array({length});
  let next = 0;
  for (let i = 0; i < bytes.length; i++) {
    const code = text.charCodeAt(next++);
    bytes[i] = meanings[code < PREFIX ? code : (code << 7) | text.charCodeAt(next++)]!;
  }
  return bytes;
}
