// Written by `cargo xtask build`: the WebAssembly module as text.
// A character stands for the byte of its rank; the last ones of the alphabet begin a pair, for the rarer bytes.

const alphabet = "{alphabet}";
const ranks: string =
  "{ranks}";
const text: string =
  "{text}";

/** The module's bytes. */
export default function wasm(): Uint8Array<ArrayBuffer> {
  const place = new Uint8Array(128);
  const byRank = Uint8Array.from({ length: 256 }, (_, rank) => Number.parseInt(ranks.slice(2 * rank, 2 * rank + 2), 16));
  for (let i = 0; i < alphabet.length; i++) place[alphabet.charCodeAt(i)] = i;
  const singles = alphabet.length - {prefixes};
  const bytes = new Uint8Array({length});
  let next = 0;
  for (let i = 0; i < bytes.length; i++) {
    let rank = place[text.charCodeAt(next++)]!;
    if (rank >= singles) rank = singles + (rank - singles) * alphabet.length + place[text.charCodeAt(next++)]!;
    bytes[i] = byRank[rank]!;
  }
  return bytes;
}
