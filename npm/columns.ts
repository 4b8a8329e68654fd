/** Rows given as columns: a million items of one operation, each field an array. */
import { figures, guarded, lookAgain, raw, slots, takeSlots } from "./instance.js";
import { TOTAL, numberOf } from "./lane.js";
import { NOTHING, type OpenCard, type Operation } from "./open-card.js";
import type { Column, Fault, Faults, RatedRows } from "./types.js";

/** Rows that the module rates in one go. */
const ROWS = 2048;
/** As many faults as the module lists of one document. */
const FAULTS_MAX = 5000;

type Columns = Record<string, unknown>;

/** Rates an item as it is, which says what is wrong with it. */
type Strict = (item: Columns) => Fault[];

/** The rates of every row, or the faults of those that have some. */
export function estimateMany(card: OpenCard, id: string, columns: Columns, strict: Strict): RatedRows | Faults {
  // A copy, with plain views of its arrays, so that nobody's code runs later and nothing is inherited.
  try {
    columns = Object.assign(Object.create(null), columns);
    for (const [name, value] of Object.entries(columns)) if (isColumn(value)) columns[name] = plainView(value);
  } catch {
    // A getter throws, or an array's memory was given to somebody else.
    return { errors: [{ code: "wrong-type", path: "columns", message: "the columns cannot be read" }] };
  }
  if ("operation" in columns) return { errors: [OPERATION_TWICE] };
  const arrays = Object.entries(columns).filter((entry): entry is [string, Column] => isColumn(entry[1]));
  const rows = Math.max(0, ...arrays.map(([, column]) => column.length));
  if (rows === 0) return { errors: [NO_ROWS] };
  const short = arrays.filter(([, column]) => column.length < rows);
  if (short.length > 0) return { errors: short.map(([name, column]) => tooShort(name, column.length, rows)) };
  const operation = card.byId.get(id);
  const faultsOf = (row: number): Fault[] => strict(itemAt(operation, id, columns, row));
  // What is wrong with the first row, but for what stands in its own cells, is wrong with all of them.
  const cells = arrays.filter(([name]) => operation?.byName.has(name));
  const own = new Set(["items[0]", ...cells.map(([name]) => `items[0].${name}`)]);
  const common = faultsOf(0).filter(({ path }) => !own.has(path));
  if (operation === undefined || common.length > 0) return { errors: common.map((fault) => moved(fault, "columns")) };
  return rateRows(card, operation, columns, rows, faultsOf);
}

const KINDS = [Uint8Array, Uint16Array, Int32Array, Uint32Array, Int16Array, Int8Array] as const;

const isColumn = (value: unknown): value is Column => KINDS.some((kind) => value instanceof kind);

/** The same numbers without what a class of somebody's own may have added. */
function plainView(column: Column): Column {
  const kind = KINDS.find((kind) => column instanceof kind)!;
  return new kind(column.buffer as ArrayBuffer, column.byteOffset, column.length);
}

const NO_ROWS: Fault = {
  code: "empty-plan",
  path: "rows",
  message: "there are no rows",
  help: "a column is an array of whole numbers, such as a Uint16Array",
};

const OPERATION_TWICE: Fault = {
  code: "unknown-field",
  path: "columns.operation",
  message: "the operation is named beside the columns, and is the same in every row",
};

const tooShort = (name: string, length: number, rows: number): Fault => ({
  code: "missing-field",
  path: `rows[${length}].${name}`,
  message: `\`${name}\` has ${length} rows, where another column has ${rows}`,
});

/** A fault of the one item of a plan, as one of something else. */
function moved(fault: Fault, to: string): Fault {
  return { ...fault, path: fault.path.replace("items[0]", to) };
}

/** A row as an item, with the ids of its options. */
function itemAt(operation: Operation | undefined, id: string, columns: Columns, row: number): Columns {
  const item: Columns = Object.create(null);
  for (const [name, value] of Object.entries(columns)) {
    const found = isColumn(value) ? value[row] : value;
    const options = isColumn(value) ? operation?.byName.get(name)?.options : null;
    item[name] = options == null ? found : ([...options.keys()][found as number] ?? found);
  }
  return { ...item, operation: id };
}

function rateRows(
  card: OpenCard,
  operation: Operation,
  columns: Columns,
  rows: number,
  faultsOf: (row: number) => Fault[],
): RatedRows | Faults {
  const { number } = card;
  const runs = operation.fields.length;
  const slotsNeeded = runs * ROWS;
  takeSlots(slotsNeeded, FIGURES);
  const arrays = writeConstants(operation, columns);
  const rated: RatedRows = {
    total: null,
    low: new Float64Array(rows),
    expected: new Float64Array(rows),
    high: new Float64Array(rows),
  };
  const errors: Fault[] = [];
  for (let start = 0; start < rows; start += ROWS) {
    const end = Math.min(start + ROWS, rows);
    // Finding faults may have grown the memory.
    takeSlots(slotsNeeded, FIGURES);
    for (const [column, run] of arrays) slots.set(column.subarray(start, end), run);
    if (guarded(() => raw.rate_rows(number, operation.index, end - start, Number(start === 0)))) {
      if (errors.length === 0) readRows(rated, start, end);
      continue;
    }
    errors.push(...faultsOfRows(start, end, faultsOf));
    // Rows without a price must never pass for rows that cost nothing.
    if (errors.length === 0) throw new Error("the columns changed while they were rated");
    if (errors.length > FAULTS_MAX) return { errors: [...errors.slice(0, FAULTS_MAX), MORE] };
  }
  return errors.length > 0 ? { errors } : rated;
}

const RUNS = ["low", "expected", "high"] as const;
const FIGURES = TOTAL + RUNS.length * ROWS;

const MORE: Fault = {
  code: "limit-exceeded",
  path: "",
  message: `and more: the first ${FAULTS_MAX} faults are listed`,
};

/** Writes what is the same for every row, and answers what is not, each with the first slot of its run. */
function writeConstants(operation: Operation, columns: Columns): [Column, number][] {
  const arrays: [Column, number][] = [];
  operation.fields.forEach((field, index) => {
    const value = columns[field.name];
    const run = index * ROWS;
    if (isColumn(value)) arrays.push([value, run]);
    const first = isColumn(value) ? value[0]! : value === undefined ? field.absent : (numberOf(field, value) ?? NOTHING);
    // Whole groups are rated: what follows the last row is a row that came before it.
    slots.fill(first, run, run + ROWS);
  });
  return arrays;
}

function readRows(rated: RatedRows, start: number, end: number): void {
  lookAgain();
  const [low, expected, high] = figures as unknown as [number, number, number];
  rated.total = Number.isNaN(high) ? null : { low, expected, high };
  RUNS.forEach((name, run) => {
    const at = TOTAL + run * ROWS;
    rated[name].set(figures.subarray(at, at + end - start), start);
  });
}

function faultsOfRows(start: number, end: number, faultsOf: (row: number) => Fault[]): Fault[] {
  const found: Fault[] = [];
  for (let row = start; row < end && found.length <= FAULTS_MAX; row += 1) {
    for (const fault of faultsOf(row)) found.push(moved(fault, `rows[${row}]`));
  }
  return found;
}
