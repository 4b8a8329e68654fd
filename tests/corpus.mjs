/**
 * The golden corpus for faces in JavaScript: what tests/corpus/mod.rs is for those in Rust.
 * It runs in Node.js and in a page, so it takes the corpus and the card, and brings its own comparison.
 */

/** Every golden case as a name and a check, which throws when a card answers something else. */
export function goldenCases(golden) {
  const checks = { estimates: estimate, preflights: preflight, alternatives, fits: fit };
  return Object.entries(checks).flatMap(([section, check]) =>
    golden[section].map((found, index) => ({
      name: `${section} ${index}: ${found.name}`,
      check: (card) => check(card, found),
    })),
  );
}

/** Puts every golden case to a card: how many there were, and those that were answered otherwise. */
export function answerAll(card, golden) {
  const cases = goldenCases(golden);
  const failed = cases.flatMap(({ name, check }) => {
    try {
      check(card);
      return [];
    } catch (error) {
      return [`${name}: ${error.message}`];
    }
  });
  return { cases: cases.length, failed };
}

function estimate(card, { plan, freeUnits, estimate: golden, errors }) {
  const answer = card.estimate(plan, freeUnits);
  if (errors !== undefined) {
    const places = (faults) => [...new Set(faults.map(({ code, path }) => `${code} at ${path}`))].sort();
    same(places(answer.errors), places(errors), "errors");
    return;
  }
  same(answer.total, golden.total, "total");
  same(answer.accuracy, golden.accuracy, "accuracy");
  same(answer.unit, "credit", "unit");
  same(answer.lines.length, golden.lines.length, "lines");
  golden.lines.forEach((line, index) => checkLine(answer.lines[index], line));
}

/** A golden line's `base` and `size` are the amounts of its parts of those kinds; a size of zeros is no such part. */
function checkLine(line, { base, size, ...others }) {
  for (const [member, expected] of Object.entries(others)) {
    same(line[member], expected, member);
  }
  const part = (kind) => line.parts.find((found) => found.kind === kind)?.amount;
  same(part("base"), base, "base");
  same(part("size"), Object.values(size).every((figure) => figure === 0) ? undefined : size, "size");
}

function preflight(card, { plan, account, preflight: golden }) {
  const answer = card.preflight(plan, account);
  same(answer.estimate.total, golden.total, "total");
  same([answer.verdict, answer.after, answer.shortBy], [golden.verdict, golden.after, golden.shortBy], "verdict");
  same(answer.balance, account.balance, "balance");
  same(answer.needs, golden.needs, "needs");
  includes(answer.blocks, golden.blocks);
}

function alternatives(card, { plan, tier, alternatives: golden }) {
  includes(card.alternatives(plan, tier), golden);
}

function fit(card, { plan, budget, fit: golden }) {
  const answer = card.fit(plan, budget);
  includes([answer], [golden]);
  if ("plan" in answer) {
    same(card.estimate(answer.plan).total, answer.total, "the fitted plan's total");
  }
}

/** As many elements as the golden list has, each with at least its members. */
function includes(found, golden) {
  same(found.length, golden.length, "length");
  golden.forEach((expected, index) => {
    for (const [member, value] of Object.entries(expected)) {
      same(found[index][member], value, `${index}.${member}`);
    }
  });
}

/** Plain values that are the same in every member, whatever the order. */
export function same(found, expected, what) {
  const written = (value) =>
    JSON.stringify(value, (_, member) =>
      member !== null && typeof member === "object" && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
        : member,
    );
  if (written(found) !== written(expected)) {
    throw new Error(`${what}: ${written(found)} instead of ${written(expected)}`);
  }
}
