import type { AnyItem, Card, Estimate, Line, Range } from "pricetag";

/**
 * A plan as a table, one row an item: its fields and, from the last column of this name on, what the card says of them, which is
 * not read back. Figures are written for programs: a point before the decimals in every locale.
 */
const LINE = "line title";
const COUNT = "output count";
const FREE = "free count";
const PRICES: readonly [string, (line: Line) => number][] = [
  ...priceColumns("unit", ({ unit }) => unit),
  ...priceColumns("total", ({ total }) => total),
];

function priceColumns(name: string, range: (line: Line) => Range): [string, (line: Line) => number][] {
  return (["low", "expected", "high"] as const).map((figure) => [`${name} ${figure}`, (line) => range(line)[figure]]);
}

/** A spreadsheet takes a cell that begins so for a formula; an apostrophe before it makes it text. */
const FORMULA = /^['=+\-@\t\r]/;

function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The plan's rows; the cells of prices are empty where the plan has none. */
export function writeCsv(items: readonly AnyItem[], estimate: Estimate | null): string {
  const fields = [...new Set(items.flatMap((item) => Object.keys(item)))].filter((field) => field !== "operation" && field !== "quantity");
  const header = ["operation", ...fields, "quantity", LINE, COUNT, FREE, ...PRICES.map(([name]) => name)];
  const rows = items.map((item, index) => {
    const line = estimate?.lines[index];
    const prices = PRICES.map(([, figure]) => (line === undefined ? undefined : figure(line)));
    return [item.operation, ...fields.map((field) => item[field]), item.quantity ?? 1, line?.title, line?.count, line?.free, ...prices];
  });
  return [header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** Spreadsheets separate cells by a semicolon where the comma stands before decimals, and by a tab when they are asked to. */
const SEPARATORS = [",", ";", "\t"];

/** What separates the cells of a table: whatever stands in its first line most often. */
function separatorOf(text: string): string {
  const [header = ""] = text.split(/[\r\n]/, 1);
  const often = (separator: string): number => header.split(separator).length;
  return SEPARATORS.reduce((best, separator) => (often(separator) > often(best) ? separator : best));
}

/** The cells of a table, with quotes, separators and line ends inside them; or the row, from 1, in which a quote is not closed. */
function cells(text: string): string[][] | number {
  const separator = separatorOf(text);
  const part = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r\\n|\\r|\\n|$)`, "y");
  const rows: string[][] = [[]];
  while (part.lastIndex < text.length) {
    const found = part.exec(text);
    if (found === null) return rows.length;
    const [, quoted, bare = "", end] = found;
    rows.at(-1)?.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === separator) {
      // A separator at the very end is followed by one more empty cell, which the loop does not come to.
      if (part.lastIndex === text.length) rows.at(-1)?.push("");
    } else rows.push([]);
  }
  return rows.filter((row) => row.some((each) => each !== ""));
}

const plain = (text: string): string => (text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text);

/** The items of a table; null where it has no column of operations, and the row where it is no table. */
export function readCsv(text: string, card: Card): AnyItem[] | number | null {
  const read = cells(text.replace(/^\uFEFF/, ""));
  if (typeof read === "number") return read;
  const [header, ...rows] = read;
  const all = header?.map((name) => plain(name.trim())) ?? [];
  const told = all.lastIndexOf(LINE);
  const names = told < 0 ? all : all.slice(0, told);
  if (!names.includes("operation")) return null;
  return rows.map((row) => {
    const item: AnyItem = { operation: "" };
    names.forEach((name, at) => {
      const value = row[at] ?? "";
      if (value === "" || name === "") return;
      item[name] = isNumber(card, name) && value.trim() !== "" && !Number.isNaN(Number(value)) ? Number(value) : plain(value);
    });
    return item;
  });
}

/** Whether a field holds a number, whichever operation has it. */
function isNumber(card: Card, field: string): boolean {
  if (field === "quantity" || field === "width" || field === "height") return true;
  return card.operations.some(({ counts = [] }) => counts.some(({ name }) => name === field));
}
