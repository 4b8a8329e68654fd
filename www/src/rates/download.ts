import type { Card } from "pricetag";

/** Gives a card as a file of JSON, which is read as the same card, with the same fingerprint. */
export function download(document: Card): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(document, null, 2)}\n`], { type: "application/json" }));
  const link = window.document.createElement("a");
  link.href = url;
  link.download = `${document.id}-${document.version}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
