// Written by `cargo xtask build`: the WebAssembly module as text.
// A frequent byte is one character; a rarer one is a pair, which begins with a character that stands for no byte.

/** The character of each byte; rare ones have the last one's. */
const characters: string = "{characters}";
const text: string =
  "{text}";

/** The module's bytes. */
export default function wasm(): Uint8Array<ArrayBuffer> {
  const meanings: number[] = [];
  for (let byte = 0; byte < 256; byte++) meanings[characters.charCodeAt(byte)] = byte;
  const bytes = new Uint8Array({length});
  let next = 0;
  for (let i = 0; i < bytes.length; i++) {
    const code = text.charCodeAt(next++);
    // What is above a byte is cut off.
    bytes[i] = meanings[code] ?? (code << 5) + text.charCodeAt(next++);
  }
  return bytes;
}
