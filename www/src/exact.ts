/**
 * The only arithmetic on amounts in the page. An amount is a whole number of thousandths of a credit, written as a float:
 * as whole numbers they are added and subtracted exactly, where floats would show a balance moved by 0.30000000000000004.
 * The card adds up what it rates itself; these are sums over many answers of it, and moves between two stored balances.
 */
const PER_CREDIT = 1000;

export const thousandths = (credits: number): number => Math.round(credits * PER_CREDIT);

export const fromThousandths = (amount: number): number => amount / PER_CREDIT;

export const difference = (amount: number, less: number): number => fromThousandths(thousandths(amount) - thousandths(less));

/** A sum of amounts; null once it is too large to be exact. */
export class Sum {
  #thousandths = 0;

  add(credits: number): void {
    this.#thousandths += thousandths(credits);
  }

  get credits(): number | null {
    return Number.isSafeInteger(this.#thousandths) ? fromThousandths(this.#thousandths) : null;
  }
}
