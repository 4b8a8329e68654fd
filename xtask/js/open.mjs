// Opens the built-in card in the module: node xtask/js/open.mjs <module> <the same with the card open>
//
// What the memory holds afterwards is the data with which the new module starts. To open the card anew, V8 would compile
// 150 functions, one after the other, which takes longer than all else up to the first price.

import { readFileSync, writeFileSync } from "node:fs";

/** The sections that change, by their ids. */
const MEMORIES = 5;
const DATA = 11;
const DATA_COUNT = 12;
const PAGE_BYTES = 65_536;
/** A further piece of data, with its place and length, costs about as much as so many zeros. */
const ZEROS = 16;

const [from, to] = process.argv.slice(2);
const module = readFileSync(from);

function memoryWithCard() {
  const { memory, open, expect } = new WebAssembly.Instance(new WebAssembly.Module(module)).exports;
  open();
  // Takes away the answer, of which nobody asks.
  expect(0);
  return new Uint8Array(memory.buffer);
}

/** The pieces of the memory that are not zero, each with its place. */
function pieces(memory) {
  const found = [];
  for (let place = 0; place < memory.length; place += 1) {
    if (memory[place] === 0) continue;
    const last = found.at(-1);
    if (last && place < last.end + ZEROS) last.end = place + 1;
    else found.push({ start: place, end: place + 1 });
  }
  return found.map(({ start, end }) => ({ start, bytes: memory.subarray(start, end) }));
}

/** A length, in seven bits a byte, the lowest first. */
const length = (number) => (number < 128 ? [number] : [(number & 127) | 128, ...length(number >>> 7)]);
/** A number of an instruction: the same, but that the last byte's highest bit is its sign. */
const operand = (number) => (number < 64 ? [number] : [(number & 127) | 128, ...operand(number >>> 7)]);

const I32_CONST = 0x41;
const END = 0x0b;

function data(found) {
  const parts = found.flatMap(({ start, bytes }) => [
    Buffer.from([0, I32_CONST, ...operand(start), END, ...length(bytes.length)]),
    bytes,
  ]);
  return Buffer.concat([Buffer.from(length(found.length)), ...parts]);
}

const memory = memoryWithCard();
const found = pieces(memory);
const changed = new Map([
  // One memory, without a limit.
  [MEMORIES, Buffer.from([1, 0, ...length(memory.length / PAGE_BYTES)])],
  [DATA, data(found)],
  [DATA_COUNT, Buffer.from(length(found.length))],
]);

let at = 8;
/** The next length of the module. */
function next() {
  const byte = module[at++];
  return byte < 128 ? byte : (byte & 127) + 128 * next();
}
const written = [module.subarray(0, at)];
while (at < module.length) {
  const id = module[at++];
  const end = next() + at;
  const content = changed.get(id) ?? module.subarray(at, end);
  written.push(Buffer.from([id, ...length(content.length)]), content);
  at = end;
}
writeFileSync(to, Buffer.concat(written));
