/**
 * A figure that is left open in what is drawn while the page is built: which format, and which one or two figures. The browser of
 * whoever looks writes it, as it writes all others.
 */
const OPEN = "\uE000";
const CLOSE = "\uE001";

/** The formats that were asked for since they are recorded. */
export const formats: Intl.NumberFormatOptions[] = [];

class OpenFormat {
  readonly #at: number;

  constructor(_locale: string | undefined, options: Intl.NumberFormatOptions = {}) {
    this.#at = formats.push(options) - 1;
  }

  format(figure: number): string {
    return `${OPEN}${this.#at},${figure}${CLOSE}`;
  }

  formatRange(low: number, high: number): string {
    return `${OPEN}${this.#at},${low},${high}${CLOSE}`;
  }
}

/** From now on every figure stays open. */
export function recordFormats(): void {
  Object.assign(Intl, { NumberFormat: OpenFormat });
}

/** Writes the figures that stand open in a text. */
export function writeFigures(text: string, formats: readonly Intl.NumberFormatOptions[], locale: string | undefined): string {
  const made: Intl.NumberFormat[] = [];
  return text.replace(/\uE000(\d+),([^,\uE001]+)(?:,([^\uE001]+))?\uE001/g, (_, at: string, figure: string, high?: string) => {
    const format = (made[Number(at)] ??= new Intl.NumberFormat(locale, formats[Number(at)]));
    return high === undefined ? format.format(Number(figure)) : format.formatRange(Number(figure), Number(high));
  });
}
