/** The contender that the package is measured against: the same work, written by hand for this one card. */
export { estimateMany, type Columns, type Totals } from "./columns.js";
export { estimate } from "./estimate.js";
export { LiveItem } from "./live.js";
