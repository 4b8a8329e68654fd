/** What the types of the React hooks allow and refuse; this file is type-checked and never run. */
import { RateCard } from "pricetag";
import type { Estimate, Faults, ImageStudio, Preflight } from "pricetag";
import { useEstimate, usePreflight } from "pricetag/react";

const card = RateCard.builtin();
useEstimate(card, { items: [{ operation: "create", variations: 4 }] }) satisfies Estimate<ImageStudio> | Faults;
useEstimate(card, { items: [{ operation: "library" }] }, { "gemini-imagen": 2 });
usePreflight(card, { items: [{ operation: "library" }] }, { tier: "pro", balance: null }) satisfies Preflight<ImageStudio> | Faults;

// @ts-expect-error there is no operation `paint`
useEstimate(card, { items: [{ operation: "paint" }] });
// @ts-expect-error there is no model `stability`
useEstimate(card, { items: [{ operation: "create", model: "stability" }] });
// @ts-expect-error there is no pool `flux`
useEstimate(card, { items: [{ operation: "library" }] }, { flux: 1 });
// @ts-expect-error there is no tier `gold`
usePreflight(card, { items: [{ operation: "library" }] }, { tier: "gold", balance: 1 });
// @ts-expect-error an account must be given
usePreflight(card, { items: [{ operation: "library" }] });

// With any other card, any name is allowed.
const other = RateCard.parse("{}");
if (!("errors" in other)) useEstimate(other, { items: [{ operation: "paint", colour: "red" }] });

type IsAny<T> = 0 extends 1 & T ? true : false;
false satisfies IsAny<ReturnType<typeof useEstimate>>;
