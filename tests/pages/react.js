/** A page of React: a slider whose price follows, and a component that only counts how often its answers are new. */
import { StrictMode, createElement, useEffect, useState } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import { RateCard } from "pricetag";
import { useEstimate, usePreflight } from "pricetag/react";

const card = RateCard.builtin();
/** Every answer that reached the page, and how often an effect that depends on it ran. */
window.seen = { estimates: [], preflights: [], effects: 0 };
window.flushSync = flushSync;

function Price() {
  const [variations, setVariations] = useState(4);
  const [, renderAgain] = useState(0);
  // New objects in every render, as people write them.
  const answer = useEstimate(card, { items: [{ operation: "create", variations }] });
  const preflight = usePreflight(
    card,
    { items: [{ operation: "create", variations }] },
    { tier: "free", balance: 20, freeUnits: { "huggingface-flux": 2 } },
  );
  useEffect(() => {
    window.seen.effects += 1;
  }, [answer]);
  useEffect(() => {
    window.seen.estimates.push(answer);
    window.seen.preflights.push(preflight);
  });
  window.renderAgain = () => renderAgain((times) => times + 1);
  return createElement(
    "div",
    null,
    createElement("input", {
      type: "range",
      min: 1,
      max: 20,
      value: variations,
      "aria-label": "Variations",
      onInput: (event) => setVariations(event.currentTarget.valueAsNumber),
      onChange() {},
    }),
    createElement("output", null, "errors" in answer ? answer.errors[0].code : `${variations} cost ${answer.total.expected}`),
    createElement("p", null, "errors" in preflight ? "" : preflight.verdict),
  );
}

const root = document.getElementById("root");
const page = createElement(StrictMode, null, createElement(Price));
if (root.hasChildNodes()) hydrateRoot(root, page);
else createRoot(root).render(page);

/** Renders one component with each of a list of plans in turn, and gives those that were answered with anything but their own answer. */
window.wrongAnswers = () => {
  const create = (fields) => ({ items: [{ operation: "create", ...fields }] });
  const endless = create({});
  endless.items[0].self = endless;
  const throwing = { items: [{ operation: "upscale", get mode() { throw new Error("no"); } }] };
  const closed = new Proxy({}, { ownKeys() { throw new Error("no"); } });
  const plans = [
    create({}), create({ variations: 2 }), create({ variations: -0 }), create({ variations: 0 }), create({ quality: "draft" }),
    create({ quality: undefined }), { items: [] }, { items: {} }, { items: new Array(2) }, { items: new Array(3) },
    endless, null, undefined, 3, throwing, closed,
  ];
  let answer;
  // React's own development build reads what is given as a property, so plans that cannot be read are told by their place.
  const order = [...plans, ...plans.toReversed()];
  const Asking = ({ place }) => {
    answer = useEstimate(card, order[place]);
    return null;
  };
  const asking = createRoot(document.createElement("div"));
  const wrong = [];
  for (const place of order.keys()) {
    flushSync(() => asking.render(createElement(Asking, { place })));
    const [given, due] = [answer, card.estimate(order[place])].map((value) => JSON.stringify(value));
    if (given !== due) wrong.push({ given, due });
  }
  return wrong;
};
