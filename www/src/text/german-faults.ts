import type { Fault } from "pricetag";
import { inLocale } from "./index.js";
import { faultByCode } from "./german-elements.js";

/** What belongs somewhere, by the rules' own name of it. */
const DUE: Record<string, string> = {
  "a rate card": "eine Preiskarte",
  "a name": "ein Name",
  "a text": "ein Text",
  "a list": "eine Liste",
  "a number": "eine Zahl",
  "a whole number": "eine ganze Zahl",
  "true or false": "`true` oder `false`",
  "a number of credits": "eine Anzahl Credits",
  'a number of credits or `"unlimited"`': 'eine Anzahl Credits oder `"unlimited"`',
  "a currency and what a credit costs in it": "eine Währung und der Preis eines Credits darin",
  "a currency": "eine Währung",
  "the price of a credit": "der Preis eines Credits",
  "a list of operations": "eine Liste von Vorgängen",
  "an operation": "ein Vorgang",
  "the operation": "den Vorgang",
  "the id of an operation": "die Id eines Vorgangs",
  "a choice": "eine Auswahl",
  "a list of options": "eine Liste von Optionen",
  "an option": "eine Option",
  "the id of an option": "die Id einer Option",
  "a count": "eine Anzahl",
  "the greatest count": "die größte Anzahl",
  "a size": "eine Größe",
  "the bounds of a side": "die Grenzen einer Seite",
  "a side in pixels": "eine Seite in Pixeln",
  "a list of bands": "eine Liste von Größenstufen",
  "a band": "eine Größenstufe",
  "an area in pixels": "eine Fläche in Pixeln",
  "a percentage": "ein Prozentsatz",
  "a list of rates": "eine Liste von Preisen",
  "a rate": "ein Preis mit seinen Bedingungen",
  "an object of choices": "ein Objekt mit Auswahlen",
  "an object of choices (`{}` matches everything)": "ein Objekt mit Auswahlen (`{}` gilt für alles)",
  "a price": "ein Preis",
  "this figure of the range": "dieser Wert der Spanne",
  "a `price`, or `unavailable` with the reason,": "ein `price` oder `unavailable` mit dem Grund",
  "the name of an accuracy": "der Name einer Genauigkeit",
  "a tier": "ein Tarif",
  "an exclusion": "ein Ausschluss",
  "a pool of free units": "ein Vorrat freier Einheiten",
  "an object of free outputs a month by tier": "ein Objekt mit freien Ergebnissen im Monat je Tarif",
  "a template": "eine Vorlage",
  "a list of items": "eine Liste von Posten",
  "an item": "ein Posten",
};

/** What was found, where the rules describe it. */
const FOUND: Record<string, string> = {
  null: "`null`",
  "a list": "eine Liste",
  "an object": "ein Objekt",
  "a date without quotes": "ein Datum ohne Anführungszeichen",
  "a value that is nested too deeply or too large": "etwas, das zu tief verschachtelt oder zu groß ist",
};

/** What there is none of. */
const NAMED: Record<string, string> = {
  field: "Ein Feld",
  operation: "Einen Vorgang",
  choice: "Eine Auswahl",
  option: "Eine Option",
  accuracy: "Eine Genauigkeit",
  tier: "Einen Tarif",
};

/** What has at least one of something. */
const FILLED: Record<string, string> = {
  card: "Eine Preiskarte hat mindestens einen Vorgang",
  choice: "Eine Auswahl hat mindestens eine Option",
  size: "Eine Größe hat mindestens eine Stufe",
};

const due = (name: string): string => DUE[name] ?? name;
const found = (what: string): string => FOUND[what] ?? what.replace(/^the string /, "der Text ");
const begin = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

type Sentence = [english: RegExp, german: (...parts: string[]) => string];

/** The rules' sentences: what was found. */
const MESSAGES: Sentence[] = [
  [/^(.*) is due here, not (.*)$/s, (what, is) => `Hier gehört ${due(what!)} hin, nicht ${found(is!)}`],
  [/^(.*) must be given$/s, (what) => `${begin(due(what!))} fehlt`],
  [/^there is no ([a-z]+) (`.*`)$/s, (what, name) => `${NAMED[what!] ?? what} ${name} gibt es nicht`],
  [/^the [a-z]+ (`.*`) stands here a second time$/s, (name) => `${name} steht hier zum zweiten Mal`],
  [/^this option is named twice$/, () => "Diese Option ist zweimal genannt"],
  [/^(\d+) (?:elements|items), more than the (\d+) that are allowed$/, (count, most) => `${count} Einträge, erlaubt sind ${most}`],
  [/^a name has 1 to (\d+) printable characters and is not `__proto__`$/, (most) => `Ein Name hat 1 bis ${most} druckbare Zeichen und ist nicht \`__proto__\``],
  [/^a text of more than (\d+) characters$/, (most) => `Ein Text von mehr als ${most} Zeichen`],
  [/^(`.*`) is not from ([\d.]+) to (\d+)$/, (number, min, max) => `${number} liegt nicht zwischen ${min} und ${max}`],
  [
    /^(`.*`) is not from ([\d.]+) to (\d+) with at most six decimals$/,
    (number, min, max) => `${number} liegt nicht zwischen ${min} und ${max} mit höchstens sechs Nachkommastellen`,
  ],
  [/^(`.*`) is negative$/, (number) => `${number} ist negativ`],
  [/^(`.*`) is more than (.*) credits$/, (number, most) => `${number} ist mehr als ${most} Credits`],
  [/^(`.*`) is not a finite number$/, (number) => `${number} ist keine endliche Zahl`],
  [/^(`.*`) has more than three decimals$/, (number) => `${number} hat mehr als drei Nachkommastellen`],
  [/^a step is at least (.*) credits$/, (least) => `Ein Schritt beträgt mindestens ${least} Credits`],
  [/^this version reads format (\d+), not (.*)$/s, (format, is) => `Diese Version liest das Format ${format}, nicht ${found(is!)}`],
  [/^a currency has three capital letters$/, () => "Eine Währung hat drei Großbuchstaben"],
  [/^a (card|choice|size) has at least one [a-z]+$/, (what) => FILLED[what!]!],
  [/^more than the (\d+) combinations of options that are allowed$/, (most) => `Mehr als die ${most} Kombinationen von Optionen, die erlaubt sind`],
  [/^the greatest counts and quantity together are more than (\d+) outputs$/, (most) => `Die größten Anzahlen ergeben zusammen mehr als ${most} Ergebnisse`],
  [/^`min` (\d+) is above `max` (\d+)$/, (min, max) => `\`min\` ${min} ist größer als \`max\` ${max}`],
  [/^(\d+) × (\d+) is past the last band$/, (width, height) => `${width} × ${height} ist größer als die letzte Größenstufe`],
  [/^(\d+) × (\d+) is (\d+) pixels$/, (width, height, pixels) => `${width} × ${height} sind ${pixels} Pixel`],
  [/^(\d+) is not above the band before, (\d+)$/, (pixels, before) => `${pixels} ist nicht größer als die Stufe davor, ${before}`],
  [/^(.*), (.*), (.*) do not ascend$/, (low, expected, high) => `${low}, ${expected}, ${high} stehen nicht in aufsteigender Ordnung`],
  [/^an empty list matches nothing$/, () => "Eine leere Liste gilt für nichts"],
  [/^a rate has a price or is unavailable, not both$/, () => "Entweder gibt es einen Preis, oder es ist nicht verfügbar; nicht beides"],
  [/^the reason has 1 to (\d+) characters, because people are shown it$/, (most) => `Der Grund hat 1 bis ${most} Zeichen, denn er wird gezeigt`],
  [
    /^this rate never wins: the rates before it match all that it matches$/,
    () => "Dieser Preis kommt nie zum Zug: Die Preise davor gelten für alles, wofür er gelten würde",
  ],
  [
    /^no rate matches (.*), one of (\d+) combinations without a price$/s,
    (combination, count) => `Kein Preis gilt für ${due(combination!)} (${count === "1" ? "1 Kombination" : `${count} Kombinationen`} ohne Preis)`,
  ],
  [/^this (item|plan)'s full counts? would cost more than (.*) credits$/, (_, most) => `Das würde mehr als ${most} Credits kosten`],
  [/^the plan has no items$/, () => "Die Vorlage hat keine Posten"],
  [/^and more: the first (\d+) faults are listed$/, (count) => `Und weitere: Die ersten ${count} Fehler stehen hier`],
];

/** What would be right. */
const HELPS: Sentence[] = [
  [/^did you mean (`.*`)\?$/s, (name) => `gemeint ist vielleicht ${name}`],
  [/^one of (`[^`]*`)$/, (name) => `möglich ist ${name}`],
  [/^one of (.*) or (\d+) more$/s, (names, more) => `möglich sind ${names} und ${more} weitere`],
  [/^one of (.*)$/s, (names) => `möglich sind ${names}`],
  [/^leave it out: there is none$/, () => "das weglassen, denn so etwas gibt es hier nicht"],
  [/^at most (\d+) pixels$/, (most) => `höchstens ${most} Pixel`],
  [/^1 to (\d+) items$/, (most) => `1 bis ${most} Posten`],
  [/^an amount is 0 to (.*) credits with at most three decimals$/, (most) => `ein Betrag ist 0 bis ${most} Credits mit höchstens drei Nachkommastellen`],
  [/^ISO 4217, such as (.*)$/, (example) => `ISO 4217, etwa ${example}`],
  [/^low ≤ expected ≤ high$/, () => "`low` ≤ `expected` ≤ `high`"],
  [
    /^an absent rate never means free: add a rate, or one that says `unavailable`$/,
    () => "ein fehlender Preis heißt nie kostenlos: einen Preis ergänzen oder mit `unavailable` sagen, warum es keinen gibt",
  ],
];

const numbers = inLocale((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 6 }));

/** A bound or a count as people write it; what was found stands in backticks, as it was found. */
const number = (part: string): string => (/^\d+(\.\d+)?$/.test(part) ? numbers().format(Number(part)) : part);

function translated(sentences: Sentence[], english: string): string | null {
  for (const [pattern, german] of sentences) {
    const parts = pattern.exec(english);
    if (parts !== null) return german(...parts.slice(1).map(number));
  }
  return null;
}

/** What is wrong with a card. The rules say it in English, in sentences of a fixed form; what has none is told by its code. */
export function cardFault(fault: Fault): string {
  // In a template stands what is wrong with it as a plan, after that fault's own code.
  const [, code = fault.code, english = fault.message] = (fault.code === "unpriceable-template" ? /^([a-z-]+): (.*)$/s.exec(fault.message) : null) ?? [];
  const message = translated(MESSAGES, english);
  if (message === null) return faultByCode({ ...fault, code: code as Fault["code"], message: english });
  const help = fault.help === undefined ? null : translated(HELPS, fault.help);
  return help === null ? `${message}.` : `${message}; ${help}.`;
}
