/** The fast lane and the strict one: they answer alike, whatever they are given, and neither keeps memory. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { random, randomItem } from "./random.mjs";

/** Every instance of the module that the package makes. */
const instances = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...parameters) {
    super(...parameters);
    instances.push(this);
  }
};
const { RateCard } = await import("pricetag");

const ROUNDS = Number(process.env.PRICETAG_TEST_ROUNDS ?? 1);
const card = RateCard.builtin();
const description = card.describe();
/** With free units, even none, an estimate takes the strict lane. */
const strictly = (plan) => card.estimate(plan, {});
const places = (answer) => answer.errors?.map(({ code, path }) => `${code} at ${path}`);
/** The module's memory. Unit: bytes. */
const memory = () => instances.at(-1).exports.memory.buffer.byteLength;

test("a million random plans, valid and broken, have one answer", () => {
  const dice = random(11);
  let valid = 0;
  for (let round = 0; round < 1_000_000 * ROUNDS; round += 1) {
    const broken = dice.pick([0, 0, 5, 20]);
    const items = Array.from({ length: 1 + dice.below(3) }, () => randomItem(dice, description, broken));
    const fast = card.estimate({ items });
    const strict = strictly({ items });
    if (JSON.stringify(fast) !== JSON.stringify(strict)) assert.deepEqual(fast, strict, JSON.stringify(items));
    if (fast.errors === undefined) valid += 1;
  }
  assert.ok(valid > 400_000 * ROUNDS && valid < 900_000 * ROUNDS, `${valid} were valid`);
});

test("a total is its estimate's, with and without free units, and so are its faults", () => {
  const dice = random(14);
  const pools = description.freeUnits.map(({ id }) => id);
  let free = 0;
  let faulty = 0;
  for (let round = 0; round < 20_000 * ROUNDS; round += 1) {
    const broken = dice.pick([0, 0, 5]);
    const items = Array.from({ length: dice.below(5) }, () => randomItem(dice, description, broken));
    if (dice.chance(50)) items.push({ operation: "create", model: dice.pick(["huggingface-flux", "gemini-imagen"]), quantity: 1 + dice.below(9) });
    const left = Object.fromEntries(pools.filter(() => dice.chance(70)).map((id) => [id, dice.pick([0, 1, 7, 1_000_000_000])]));
    const units = dice.pick([undefined, left, {}, { ...left, nowhere: 1 }, { [pools[0]]: -1 }]);
    const estimate = card.estimate({ items }, units);
    assert.deepEqual(card.total({ items }, units), estimate.errors === undefined ? estimate.total : estimate, JSON.stringify({ items, units }));
    if (estimate.errors !== undefined) faulty += 1;
    else if (estimate.lines.some((line) => line.free > 0)) free += 1;
  }
  assert.ok(free > 500 * ROUNDS && faulty > 5000 * ROUNDS, `${free} had free units, ${faulty} faults`);
});

test("members in any order, some of them undefined, have one answer, whatever stood in the slots before", () => {
  const dice = random(13);
  const [create] = description.operations;
  const sizes = new Set();
  for (let round = 0; round < 50_000 * ROUNDS; round += 1) {
    const members = Object.entries(randomItem(dice, { operations: [dice.chance(80) ? create : dice.pick(description.operations)] }));
    const item = {};
    while (members.length > 0) {
      const [name, value] = members.splice(dice.below(members.length), 1)[0];
      item[name] = name !== "operation" && dice.chance(10) ? undefined : value;
    }
    sizes.add(Object.keys(item).length);
    assert.deepEqual(card.estimate({ items: [item] }), strictly({ items: [item] }), JSON.stringify(item));
  }
  assert.ok(sizes.size >= 6, `items of ${[...sizes]} members`);
});

test("plans of every size up to the limit have one answer", () => {
  const dice = random(12);
  for (let size = 1; size <= 500; size += 7) {
    const items = Array.from({ length: size }, () => randomItem(dice, description));
    assert.deepEqual(card.estimate({ items }), strictly({ items }));
  }
});

/** Each value, and the code that it has as a variation count and as a model; nothing where it is as good as absent. */
const ODD = [
  [NaN, "wrong-type", "wrong-type"],
  [-0, "out-of-range", "wrong-type"],
  [0, "out-of-range", "wrong-type"],
  [-1, "out-of-range", "wrong-type"],
  [1.5, "wrong-type", "wrong-type"],
  [1e300, "out-of-range", "wrong-type"],
  [Infinity, "wrong-type", "wrong-type"],
  [2 ** 53 + 2, "out-of-range", "wrong-type"],
  [2 ** 32 + 1, "out-of-range", "wrong-type"],
  [-(2 ** 31), "out-of-range", "wrong-type"],
  [-(2 ** 31) + 1, "out-of-range", "wrong-type"],
  ["5", "wrong-type", "unknown-option"],
  ["", "wrong-type", "unknown-option"],
  ["AUTO", "wrong-type", "unknown-option"],
  ["__proto__", "wrong-type", "unknown-option"],
  ["\ud800", "wrong-type", "unknown-option"],
  [null, "wrong-type", "wrong-type"],
  [true, "wrong-type", "wrong-type"],
  [{}, "wrong-type", "wrong-type"],
  [[], "wrong-type", "wrong-type"],
  [[5], "wrong-type", "wrong-type"],
  [5n, "wrong-type", "wrong-type"],
  [Symbol("auto"), "wrong-type", "wrong-type"],
  [() => 5, "wrong-type", "wrong-type"],
  [new Number(5), "wrong-type", "wrong-type"],
  [new String("auto"), "wrong-type", "wrong-type"],
  [new Date(0), "wrong-type", "wrong-type"],
  [{ valueOf: () => 5 }, "wrong-type", "wrong-type"],
  [undefined, undefined, undefined],
];

test("an odd value is answered as the model says", () => {
  for (const [value, asCount, asOption] of ODD) {
    for (const [field, code] of [["variations", asCount], ["model", asOption]]) {
      const plan = { items: [{ operation: "create", [field]: value }] };
      assert.deepEqual(places(card.estimate(plan)), code && [`${code} at items[0].${field}`], `${field} ${String(value)}`);
      assert.deepEqual(card.estimate(plan), strictly(plan));
      const live = card.live({ operation: "create" }).set(field, value);
      assert.deepEqual(places({ errors: live.errors }), code === undefined ? [] : [`${code} at items[0].${field}`]);
      assert.equal(live.total === null, code !== undefined);
    }
  }
});

/** Plans that are no plain data; each with the places of its faults, or the expected total. */
const throwing = (field) => Object.defineProperty({ operation: "create" }, field, { enumerable: true, get: () => assert.fail("own") });
const hidden = (object, field, value) => Object.defineProperty(object, field, { value, enumerable: false });
class Item {
  operation = "create";
  get variations() {
    return 9;
  }
}
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};
const UNUSUAL = {
  "a getter": [{ items: [{ operation: "create", get variations() { return 5; } }] }, 20],
  "a getter that throws": [{ items: [throwing("variations")] }, ["wrong-type at items[0].variations"]],
  "an operation that throws": [{ items: [Object.defineProperty({}, "operation", { enumerable: true, get: () => assert.fail("own") })] }, ["wrong-type at items[0].operation"]],
  "items that throw": [Object.defineProperty({}, "items", { enumerable: true, get: () => assert.fail("own") }), ["wrong-type at items"]],
  "a proxy": [{ items: [new Proxy({ operation: "create", variations: 5 }, {})] }, 20],
  "a proxy of a list": [{ items: new Proxy([{ operation: "create", variations: 5 }], {}) }, 20],
  ...Object.fromEntries(
    [[NaN, ["empty-plan at items"]], [null, ["empty-plan at items"]], [0.5, 4], [Symbol(), ["wrong-type at items"]]].map(([length, expected]) => [
      `a list that gives its length as ${String(length)}`,
      [{ items: new Proxy([{ operation: "create" }], { get: (list, key) => (key === "length" ? length : list[key]) }) }, expected],
    ]),
  ),
  "a proxy that refuses": [{ items: [new Proxy({}, { ownKeys: () => assert.fail("own") })] }, ["wrong-type at items[0]"]],
  "a revoked list": [{ items: revoked() }, ["wrong-type at items"]],
  "what is inherited": [{ items: [Object.create({ operation: "create" })] }, ["missing-field at items[0].operation"]],
  "an inherited field": [{ items: [Object.assign(Object.create({ variations: 5 }), { operation: "create" })] }, 4],
  "an inherited unknown field": [{ items: [Object.assign(Object.create({ colour: 5 }), { operation: "create" })] }, 4],
  "an object of a class": [{ items: [new Item()] }, 4],
  "no prototype": [{ __proto__: null, items: [{ __proto__: null, operation: "create", variations: 5 }] }, 20],
  "a hidden field": [{ items: [hidden({ operation: "create" }, "variations", 5)] }, 4],
  "a hidden operation": [{ items: [hidden({}, "operation", "create")] }, ["missing-field at items[0].operation"]],
  "hidden items": [hidden({}, "items", [{ operation: "create" }]), ["missing-field at items"]],
  "a symbol": [{ items: [{ operation: "create", [Symbol("colour")]: 5 }] }, 4],
  "a frozen plan": [Object.freeze({ items: Object.freeze([Object.freeze({ operation: "create" })]) }), 4],
  "another realm": [runInNewContext(`({ items: [{ operation: "create", variations: 5 }] })`), 20],
  "a list with members": [{ items: Object.assign([{ operation: "create" }], { colour: "red" }) }, 4],
  "a list of a class": [{ items: class extends Array {}.from([{ operation: "create" }]) }, 4],
  "a list dressed as an item": [{ items: [Object.setPrototypeOf(Object.assign([], { operation: "create" }), Object.prototype)] }, ["wrong-type at items[0]"]],
  "a sparse list": [{ items: Object.assign([], { 1: { operation: "create" } }) }, ["wrong-type at items[0]"]],
  "something like a list": [{ items: { length: 1, 0: { operation: "create" } } }, ["wrong-type at items"]],
  "a member beside the items": [{ items: [{ operation: "create" }], note: undefined, other: 1 }, ["unknown-field at other"]],
  "a key of every object": [{ items: [{ operation: "create", constructor: 1, toString: 2 }] }, ["unknown-field at items[0].constructor", "unknown-field at items[0].toString"]],
};

test("what is no plain data is answered as the model says", () => {
  for (const [name, [plan, expected]] of Object.entries(UNUSUAL)) {
    const answer = card.estimate(plan);
    assert.deepEqual(places(answer) ?? answer.total.expected, expected, name);
    assert.deepEqual(answer, strictly(plan), name);
  }
});

test("what every object inherits is no field", () => {
  const plan = () => ({ items: [{ operation: "create" }] });
  for (const [enumerable, field, value] of [[true, "variations", 5], [false, "variations", 5], [true, "colour", "red"]]) {
    Object.defineProperty(Object.prototype, field, { value, enumerable, configurable: true });
    try {
      assert.equal(card.estimate(plan()).total.expected, 4, `${field} ${enumerable}`);
    } finally {
      delete Object.prototype[field];
    }
  }
  Array.prototype[0] = { operation: "create" };
  try {
    const sparse = { items: new Array(1) };
    assert.deepEqual(card.estimate(sparse), strictly(sparse));
  } finally {
    delete Array.prototype[0];
  }
});

test("a getter that asks for a price changes neither answer", () => {
  const other = RateCard.builtin();
  const live = other.live({ operation: "upscale", mode: "fast" });
  const questions = [
    () => other.estimate({ items: Array.from({ length: 400 }, () => ({ operation: "edit", edit: "inpaint", quantity: 7 })) }),
    () => other.estimate({ items: [] }),
    () => live.total,
    () => other.estimateMany("upscale", { mode: "fast", quantity: Uint16Array.of(1, 2, 3) }),
    // The module's memory grows, and every view of it is lost.
    () => Array.from({ length: 300 }, () => RateCard.from(other.describe())).forEach((copy) => copy.free()),
  ];
  for (const ask of questions) {
    const item = () => ({ operation: "create", quality: "draft", get variations() { ask(); return 5; }, width: 2048 });
    const plain = { operation: "create", quality: "draft", variations: 5, width: 2048 };
    assert.deepEqual(card.estimate({ items: [plain, item(), plain] }), strictly({ items: [plain, plain, plain] }));
  }
});

test("columns are rated as their rows are", () => {
  const dice = random(13);
  for (const operation of description.operations) {
    for (let round = 0; round < 20; round += 1) {
      const items = Array.from({ length: 1 + dice.below(5000) }, () => randomItem(dice, { operations: [operation] }));
      const columns = columnsOf(operation, items);
      const rows = items.map((_, row) => rowOf(operation, columns, row));
      const answers = rows.map((item) => card.estimate({ items: [item] }));
      const errors = answers.flatMap((answer, row) =>
        (answer.errors ?? []).map((fault) => ({ ...fault, path: fault.path.replace("items[0]", `rows[${row}]`) })),
      );
      const many = card.estimateMany(operation.id, columns);
      if (errors.length > 0) {
        assert.deepEqual(many.errors, errors);
        continue;
      }
      for (const figure of ["low", "expected", "high"]) {
        assert.deepEqual([...many[figure]], answers.map(({ total }) => total[figure]));
        const exact = answers.reduce((sum, { total }) => sum + BigInt(Math.round(total[figure] * 1000)), 0n);
        assert.equal(BigInt(Math.round(many.total[figure] * 1000)), exact);
      }
    }
  }
});

/** Columns of the fields that every item has, in arrays of several kinds; what is left out has its default. */
function columnsOf(operation, items) {
  const columns = {};
  for (const { name, options } of operation.choices ?? []) {
    if (items.every((item) => name in item)) columns[name] = Uint8Array.from(items, (item) => options.findIndex(({ id }) => id === item[name]));
    else if (items[0][name] !== undefined) columns[name] = items[0][name];
  }
  const kinds = { quantity: Uint16Array, width: Uint32Array, height: Int32Array };
  for (const name of ["quantity", "width", "height", ...(operation.counts ?? []).map((count) => count.name)]) {
    if (name === "quantity" || items.some((item) => name in item)) columns[name] = (kinds[name] ?? Int16Array).from(items, (item) => item[name] ?? 64);
  }
  return columns;
}

const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 2045, 2046, 2047, 2048, 2049, 2050, 2051, 2052, 4095, 4096, 4097, 4101];
/** The rows at the ends of blocks and of groups of four. */
const BORDERS = [0, 3, 4, 2043, 2044, 2047, 2048, 2051, 2052, 4095, 4096, 4100];
const KINDS = [Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array];

/** An operation by chance: some without a choice, a count or a size, with combinations that are not to be had. */
function randomOperation(dice) {
  const list = (length, make) => Array.from({ length }, (_, index) => make(index));
  const choices = list(dice.below(4), (index) => ({ name: `choice${index}`, options: list(1 + dice.below(5), (option) => ({ id: `o${option}` })) }));
  const counts = list(dice.below(3), (index) => ({ name: `count${index}`, min: 1 + dice.below(3), max: 3 + dice.below(dice.pick([10, 300, 50_000])) }));
  // Fractions of a credit down to the least, and prices of which a few are the largest amount.
  const amount = () => dice.below(1_000_000) / dice.pick([1000, 1000, 1000, 1000, 1000, 100, 100, 1]);
  const price = () => {
    const [low, expected, high] = list(3, amount).sort((one, other) => one - other);
    return dice.pick([{ price: high }, { price: { low, expected, high } }, { price: { low, expected, high } }]);
  };
  const rates = [];
  for (const { name, options } of choices) {
    if (options.length > 1 && dice.chance(60)) rates.push({ when: { [name]: options[0].id }, ...(dice.chance(10) ? { unavailable: "out of stock" } : price()) });
  }
  rates.push({ when: {}, ...price() });
  const operation = { id: "make", choices, counts, rates };
  if (dice.chance(70)) {
    let upToPixels = 0;
    const bands = list(1 + dice.below(5), () => ({ upToPixels: (upToPixels += 1 + dice.below(dice.pick([100, 100_000, 2 ** 31]))), addPercent: dice.below(50_000) / 1000 }));
    operation.size = { default: { width: 1, height: 1 }, side: { min: 1, max: dice.pick([200, 40_000, 1_000_000]) }, bands };
  }
  return operation;
}

/** The numbers of a field: mostly at its limits and the bands', some beyond them at the borders. */
function numbersOf(dice, { min, max, bands }, length, broken) {
  const edge = () => Math.floor(dice.pick(bands).upToPixels / (1 + dice.below(dice.pick([1, 10, 1000])))) + dice.below(2);
  const valid = () => dice.pick([() => min, () => max, () => min + dice.below(max - min + 1), () => Math.max(min, Math.min(max, bands ? edge() : max))])();
  const numbers = Array.from({ length }, valid);
  if (broken) for (const row of BORDERS) if (row < length && dice.chance(40)) numbers[row] = dice.pick([min - 1, max + 1, 2 ** 31, 2 ** 32 - 1, -(2 ** 31)]);
  return numbers;
}

/** As high as the width allows, and as wide as a height of one does. */
function fit(width, height, pixels) {
  for (let row = 0; row < width.length; row += 1) {
    width[row] = Math.min(width[row], pixels);
    height[row] = Math.min(height[row], Math.floor(pixels / width[row]));
  }
}

test("rows of cards by chance, at every limit and in columns of every kind, are rated as items are", () => {
  const dice = random(21);
  const rated = { rows: 0, faulty: 0, sums: 0 };
  for (let round = 0; round < 200 * ROUNDS; round += 1) {
    const operation = randomOperation(dice);
    const made = RateCard.from({ id: "chance", version: "1", step: dice.pick([0.001, 0.1, 1]), operations: [operation] });
    assert.equal(made.errors, undefined, JSON.stringify([made.errors, operation]));
    const length = dice.pick(LENGTHS);
    const broken = dice.chance(40);
    const fields = [
      ...operation.choices.map(({ name, options }) => ({ name, min: 0, max: options.length - 1 })),
      ...operation.counts,
      { name: "quantity", min: 1, max: dice.pick([3, 10_000]) },
      ...(operation.size ? ["width", "height"].map((name) => ({ name, ...operation.size.side, bands: operation.size.bands })) : []),
    ];
    const numbers = new Map(fields.map((field) => [field.name, numbersOf(dice, field, length, broken && dice.chance(40))]));
    if (operation.size && !broken) fit(numbers.get("width"), numbers.get("height"), operation.size.bands.at(-1).upToPixels);
    const columns = {};
    for (const { name, max, bands } of fields) {
      // A few fields are the same in every row.
      const same = name !== "quantity" && bands === undefined && dice.chance(15);
      const kinds = KINDS.filter((kind) => numbers.get(name).every((number, row) => kind.of(number)[0] === number || BORDERS.includes(row)));
      if (same) columns[name] = name.startsWith("choice") ? `o${max}` : max;
      else columns[name] = dice.pick(kinds).from(numbers.get(name));
    }
    const answers = Array.from({ length }, (_, row) => made.estimate({ items: [rowOf(operation, columns, row)] }));
    const errors = answers.flatMap((answer, row) =>
      (answer.errors ?? []).map((fault) => ({ ...fault, path: fault.path.replace("items[0]", `rows[${row}]`) })),
    );
    const many = made.estimateMany("make", columns);
    if (errors.length > 0) {
      // What is the same in every row is said once.
      const paths = new Set(errors.slice(0, 5000).map(({ path }) => path.replace(/^rows\[\d+\]/, "")));
      if (many.errors[0].path.startsWith("columns")) assert.ok(many.errors.every(({ path }) => paths.has(path.replace("columns", ""))));
      else assert.deepEqual(many.errors.slice(0, 5000), errors.slice(0, 5000));
      rated.faulty += 1;
    } else {
      for (const figure of ["low", "expected", "high"]) {
        assert.ok(answers.every(({ total }, row) => many[figure][row] === total[figure]), JSON.stringify(operation));
        const exact = answers.reduce((sum, { total }) => sum + BigInt(Math.round(total[figure] * 1000)), 0n);
        if (many.total !== null) assert.equal(BigInt(Math.round(many.total[figure] * 1000)), exact);
        else if (figure === "high") assert.ok(exact > 10n ** 12n);
      }
      rated.rows += length;
      rated.sums += many.total === null ? 0 : 1;
    }
    made.free();
  }
  assert.ok(rated.rows > 50_000 * ROUNDS && rated.faulty > 20 * ROUNDS && rated.sums > 20 * ROUNDS, JSON.stringify(rated));
});

function rowOf(operation, columns, row) {
  const item = { operation: operation.id };
  for (const [name, column] of Object.entries(columns)) {
    const choice = operation.choices?.find((choice) => choice.name === name);
    item[name] = ArrayBuffer.isView(column) ? (choice?.options[column[row]]?.id ?? column[row]) : column;
  }
  return item;
}

test("the memory may grow under whatever is asked first", () => {
  const many = `card.estimateMany("create", { quantity: new Uint16Array(5000).fill(2) }).total.expected`;
  const questions = [many, `card.live({ operation: "create" }).total.expected`, `card.estimate({ items: [{ operation: "create" }] }).total.expected`];
  const answers = questions.map((ask) => {
    const program = `import { RateCard } from "pricetag"; const card = RateCard.builtin(); console.log(${ask});`;
    return Number(execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: import.meta.dirname }));
  });
  assert.deepEqual(answers, [40_000, 4, 4]);
});

test("columns with faults name the row, or what is wrong with all of them", () => {
  const faults = (operation, columns) => places(card.estimateMany(operation, columns));
  assert.deepEqual(card.options("create", "quality"), ["draft", "standard", "premium"]);
  assert.deepEqual(card.options("create", "colour"), []);
  const two = Uint16Array.of(1, 2);
  const table = [
    ["paint", { quantity: two }, ["unknown-operation at columns.operation"]],
    ["create", {}, ["empty-plan at rows"]],
    ["create", Object.assign(JSON.parse('{"__proto__": 5}'), { quantity: two }), ["unknown-field at columns.__proto__"]],
    ["create", { quantity: two, operation: "edit" }, ["unknown-field at columns.operation"]],
    ["create", { quantity: new Uint16Array(0) }, ["empty-plan at rows"]],
    ["create", { quantity: [1, 2] }, ["empty-plan at rows"]],
    ["create", { quantity: two, variations: [1, 2] }, ["wrong-type at columns.variations"]],
    ["create", { quantity: two, variations: Float64Array.of(1, 2) }, ["wrong-type at columns.variations"]],
    ["create", { quantity: two, colour: "red" }, ["unknown-field at columns.colour"]],
    ["create", { quantity: two, colour: two }, ["unknown-field at columns.colour"]],
    ["edit", { quantity: two }, ["missing-field at columns.edit"]],
    ["create", { quantity: two, variations: Uint16Array.of(1) }, ["missing-field at rows[1].variations"]],
    ["create", { quantity: Uint16Array.of(0, 1, 10_001) }, ["out-of-range at rows[0].quantity", "out-of-range at rows[2].quantity"]],
    ["create", { quality: Uint8Array.of(0, 3, 2) }, ["wrong-type at rows[1].quality"]],
    ["create", { quantity: Uint32Array.of(1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1) }, [1, 2, 3].map((row) => `out-of-range at rows[${row}].quantity`)],
    ["create", { quantity: Int32Array.of(-(2 ** 31), 1, -1) }, [0, 2].map((row) => `out-of-range at rows[${row}].quantity`)],
    ["create", { width: Uint16Array.of(64, 65535) }, ["out-of-range at rows[1].width"]],
  ];
  for (const [operation, columns, expected] of table) assert.deepEqual(faults(operation, columns), expected);
  const throwing = {
    quantity: two,
    get model() {
      throw new Error("no");
    },
  };
  const gone = Uint16Array.of(1, 2);
  structuredClone(gone, { transfer: [gone.buffer] });
  for (const unreadable of [throwing, { quantity: two, variations: gone }]) assert.deepEqual(faults("create", unreadable), ["wrong-type at columns"]);
  const bad = faults("create", { quantity: new Uint16Array(6000) });
  assert.equal(bad.length, 5001);
  assert.deepEqual([bad[4999], bad[5000]], ["out-of-range at rows[4999].quantity", "limit-exceeded at "]);
});

test("rows that together cost more than an amount can be have no total, and a row that does is refused", () => {
  const dear = RateCard.from({ id: "dear", version: "1", operations: [{ id: "paint", rates: [{ when: {}, price: 1_000_000 }] }] });
  const half = new Uint16Array(5).fill(100);
  assert.equal(dear.estimateMany("paint", { quantity: half }).total.high, 500_000_000);
  const most = dear.estimateMany("paint", { quantity: new Uint16Array(5000).fill(1000) });
  assert.equal(most.total, null);
  assert.ok(most.high.every((figure) => figure === 1_000_000_000));
  assert.deepEqual(places(dear.estimateMany("paint", { quantity: Uint16Array.of(1, 10_000) })), ["amount-overflow at rows[1]"]);
  dear.free();
});

test("options that look like numbers, and fields that every object inherits, are told from those", () => {
  const [options, counts] = [["1", "2"].map((id) => ({ id })), [{ name: "constructor", default: 2, max: 9 }]];
  const operations = [{ id: "print", choices: [{ name: "copies", options }], counts, rates: [{ when: {}, price: 7 }] }];
  const print = RateCard.from({ id: "print", version: "1", operations });
  assert.deepEqual([...print.estimateMany("print", { copies: Uint8Array.of(0, 1) }).expected], [14, 14]);
  assert.deepEqual(places(print.estimateMany("print", { copies: Uint8Array.of(0, 2) })), ["wrong-type at rows[1].copies"]);
  print.free();
});

test("counts that are named as sides are counts, and are bounded as such", () => {
  const counts = ["width", "height"].map((name) => ({ name, max: 1_000_000_000 }));
  const card = RateCard.from({ id: "area", version: "1", operations: [{ id: "print", counts, rates: [{ when: {}, price: 1 }] }] });
  assert.deepEqual(places(card), ["limit-exceeded at operations[0].counts"]);
});

test("a live item of nothing lacks its operation, and has a price once that is set", () => {
  for (const nothing of [undefined, null, {}]) {
    const live = card.live(nothing);
    assert.deepEqual([live.total, places(live)], [null, ["missing-field at items[0].operation"]]);
    assert.equal(live.set("operation", "library").total.expected, 0);
  }
});

/** A card of the least size, to make many of. */
const SMALL = { id: "small", version: "1", operations: [{ id: "paint", rates: [{ when: {}, price: 1 }] }] };

/** Everything that can be collected is, and what waits for that is done. */
async function collect() {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  for (let round = 0; round < 3; round += 1) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a million estimates, and a million bad calls, leave the module's memory where it was", () => {
  const dice = random(14);
  const plans = Array.from({ length: 64 }, () => ({ items: [randomItem(dice, description, 10)] }));
  const bad = [undefined, null, 5, "x", {}, { items: 5 }, { items: [{}] }, { items: [{ operation: "paint" }] }, { items: [{ operation: "create", model: "\u{1f600}" }] }];
  const work = (times) => {
    for (let round = 0; round < times; round += 1) {
      card.estimate(plans[round % plans.length]);
      strictly(bad[round % bad.length]);
    }
  };
  work(10_000);
  const before = memory();
  work(1_000_000);
  assert.equal(memory(), before);
});

test("a hundred thousand cards made and freed leave the module's memory where it was", () => {
  const work = (times) => {
    for (let round = 0; round < times; round += 1) {
      const small = RateCard.from(SMALL);
      assert.equal(small.live({ operation: "paint" }).total.expected, 1);
      small.free();
    }
  };
  work(1000);
  const before = memory();
  work(100_000);
  assert.equal(memory(), before);
});

test("a hundred thousand cards that nobody frees are freed when they are collected", async () => {
  const work = async (batches) => {
    for (let batch = 0; batch < batches; batch += 1) {
      for (let round = 0; round < 1000; round += 1) RateCard.from(SMALL);
      await collect();
    }
  };
  await work(3);
  const before = memory();
  await work(100);
  assert.equal(memory(), before);
});

test("a freed card says so, and the built-in one stays", () => {
  const small = RateCard.from(SMALL);
  const live = small.live({ operation: "paint" });
  small.free();
  small.free();
  for (const use of [() => small.estimate({ items: [] }), () => small.describe(), () => live.total, () => small.live({ operation: "paint" }).total]) {
    assert.throws(use, /this rate card was freed/);
  }
  RateCard.builtin().free();
  assert.equal(card.estimate({ items: [{ operation: "create" }] }).total.expected, 4);
});

test("the module is started anew after the stack was full, and every card goes on", () => {
  const small = RateCard.from(SMALL);
  const live = card.live({ operation: "create", variations: 5 });
  const closed = RateCard.from(SMALL);
  const plan = { items: [{ operation: "create", variations: 5 }] };
  const questions = [() => card.estimate(plan), () => strictly(plan), () => live.total, () => card.describe(), () => small.compare(card)];
  let started = 0;
  for (const ask of questions) {
    const before = instances.length;
    let levels = 1000;
    // Asked at the end of a full stack and then at every level above, it breaks off in each of its own frames.
    const deep = () => {
      try {
        deep();
      } catch {
        // The stack is full, in a frame of this test or inside the module.
      }
      levels -= 1;
      if (levels > 0) ask();
    };
    deep();
    started += instances.length - before;
    assert.equal(card.estimate(plan).total.expected, 20);
    assert.equal(strictly(plan).total.expected, 20);
    assert.equal(live.total.expected, 20);
    assert.equal(RateCard.from(card.describe()).fingerprint, card.fingerprint);
    assert.equal(small.estimate({ items: [{ operation: "paint" }] }).total.expected, 1);
    assert.equal(small.estimateMany("paint", { quantity: Uint16Array.of(1, 2) }).total.expected, 3);
  }
  closed.free();
  assert.ok(started > 0, "no stack was full inside the module");
});
