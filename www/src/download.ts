/** Gives the person a file. */
export function download(name: string, type: string, parts: string[]): void {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the file by then; the address would keep it in memory for as long as the page is open.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
