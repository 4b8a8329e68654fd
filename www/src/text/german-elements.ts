import type { Fault } from "pricetag";
import type { Words } from "pricetag/elements";

/** The value that was found, which the card's rules name between backticks. */
const named = (message: string): string | null => /`([^`]*)`/.exec(message)?.[1] ?? null;

/** What would be right in place of a name that is not known: the nearest, or else some of those that are known. */
function instead(help: string | undefined): string {
  const [, near, known, more] = /^(?:did you mean `(.*)`\?|one of (.*?)(?: or (\d+) more)?)$/s.exec(help ?? "") ?? [];
  if (near !== undefined) return ` Gemeint ist vielleicht „${near}“.`;
  if (known === undefined) return "";
  const names = known.replace(/`([^`]*)`/g, "„$1“");
  return ` ${names.includes(", ") ? "Möglich sind" : "Möglich ist"} ${names}${more === undefined ? "" : ` und ${more} weitere`}.`;
}

/** What is wrong, by its code, where the field itself says no more. The rules' own sentences are English. */
export function faultByCode({ code, path, message, help }: Fault): string {
  const found = named(message);
  const right = instead(help);
  switch (code) {
    case "unknown-field":
      return `Ein Feld „${found ?? path}“ gibt es hier nicht.${right}`;
    case "unknown-operation":
      return `Einen Vorgang „${found ?? ""}“ gibt es nicht.${right}`;
    case "unknown-option":
      return `Eine Option „${found ?? ""}“ gibt es nicht.${right}`;
    case "unknown-tier":
      return `Einen Tarif „${found ?? ""}“ gibt es nicht.${right}`;
    case "unknown-pool":
      return `Einen Vorrat freier Einheiten „${found ?? ""}“ gibt es nicht.${right}`;
    case "missing-field":
      return `Es fehlt noch etwas: ${path}.`;
    case "wrong-type":
      return "Ein Wert ist nicht von der richtigen Art.";
    case "out-of-range":
      return "Ein Wert liegt außerhalb dessen, was erlaubt ist.";
    case "size-too-large":
      return "Das Bild wäre zu groß.";
    case "invalid-amount":
      return "Das ist kein gültiger Betrag.";
    case "empty-plan":
      return "Der Plan ist leer.";
    case "too-many-items":
      return "Der Plan hat zu viele Posten.";
    case "amount-overflow":
      return "Der Preis wäre höher, als irgendein Preis sein darf.";
    case "not-in-tier":
      return "Dieser Tarif hat dafür keine Option.";
    // The card's own reason, in the card's own language.
    case "unavailable":
      return message;
    default:
      return `Etwas stimmt nicht (${code}${path === "" ? "" : `, ${path}`}).`;
  }
}

/** The elements' words in German. */
export const germanElements: Words = {
  unit: (unit, amount) => (unit !== "credit" ? unit : amount === 1 ? "Credit" : "Credits"),
  included: "Inbegriffen",
  between: (low, high) => `zwischen ${low} und ${high}`,
  about: (money) => `etwa ${money}`,

  parts: "Woraus er besteht",
  amount: "Erwartet",
  range: "Von – bis",
  total: "Summe",
  base: (count) => `Preis × ${count}`,
  size: (percent) => `Größe +${percent}`,
  free: (units) => `Frei × ${units}`,
  accuracy: {
    exact: "Ein fester Preis: genau so viel kostet es.",
    "very-accurate": "Fast fest: Er hängt ein wenig davon ab, welches Modell gewählt wird.",
    accurate: "Er hängt ein wenig vom Anbieter ab, der die Arbeit macht.",
    varies: "Er hängt davon ab, was wirklich verbraucht wird; mehr als der obere Wert wird es nie.",
  },
  includedOperation: "Inbegriffen: Dieser Vorgang kostet nichts.",
  includedUnits: "Inbegriffen: bezahlt von den freien Einheiten dieses Monats.",

  balance: "Guthaben",
  cost: "Dies",
  after: "Danach",
  short: "Es fehlen",
  unlimited: "Unbegrenzt",
  meter: (cost, balance, after) => `${cost} von ${balance}; danach ${after}`,
  meterShort: (cost, balance, short) => `${cost} von ${balance}; es fehlen ${short}`,

  choose: "Bitte wählen",
  quantity: "Anzahl",
  quantityHint: "so oft der ganze Vorgang",
  dimensions: "Größe",
  width: "Breite",
  height: "Höhe",
  custom: "Eigene Größe",
  square: "Quadrat",
  landscape: "Querformat",
  portrait: "Hochformat",
  upTo: (pixels) => `Bis ${pixels} Megapixel`,
  surcharge: (percent) => `+${percent}`,
  noSurcharge: "ohne Aufschlag",
  needsTier: (tier) => `ab ${tier}`,
  needsNone: "in keinem Tarif",
  notAvailable: (reason) => reason,
  fault: (fault, field) => {
    switch (fault.code) {
      case "missing-field":
        return `Noch zu wählen: ${field.title}.`;
      case "wrong-type":
        return field.max === undefined ? faultByCode(fault) : "Bitte eine ganze Zahl eingeben.";
      case "out-of-range":
        return field.min !== undefined && field.max !== undefined ? `Von ${field.min} bis ${field.max}.` : faultByCode(fault);
      case "size-too-large":
        return field.max === undefined ? faultByCode(fault) : `Zu groß: höchstens ${field.max} Megapixel.`;
      default:
        return faultByCode(fault);
    }
  },
  inField: (title, said) => `${title}: ${said}`,
};
