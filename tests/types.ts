/** What the package's types allow and refuse; this file is type-checked and never run. */
import { RateCard } from "pricetag";
import type { AnyCard, Card, Estimate, Faults, Fit, ImageStudio, ImageStudioItem, LiveItem, Plan, Preflight, Range, RatedRows } from "pricetag";
import golden from "./golden.json" with { type: "json" };

const card = RateCard.builtin();

// The example of the README: faults are told from answers by their members.
const answer = card.estimate({ items: [{ operation: "create", model: "stability-core", variations: 4 }] });
if ("errors" in answer) {
  answer satisfies Faults;
  answer.errors[0]?.code satisfies string | undefined;
} else {
  answer satisfies Estimate<ImageStudio>;
  answer.total satisfies Range;
  // Its total alone is one, or faults.
  card.total({ items: [{ operation: "create" }] }, { "huggingface-flux": 3 }) satisfies Range | Faults;
  // @ts-expect-error there is no pool `flux`
  card.total({ items: [{ operation: "create" }] }, { flux: 3 });
  answer.lines[0]?.operation satisfies "create" | "edit" | "upscale" | "social" | "library" | undefined;
}

// With the built-in card, names are checked.
// @ts-expect-error there is no operation `paint`
card.estimate({ items: [{ operation: "paint" }] });
// @ts-expect-error there is no model `stability`
card.estimate({ items: [{ operation: "create", model: "stability" }] });
// @ts-expect-error there is no field `modle`
card.estimate({ items: [{ operation: "create", modle: "auto" }] });
// @ts-expect-error `edit` must be given
card.estimate({ items: [{ operation: "edit" }] });
// @ts-expect-error a count is a number
card.estimate({ items: [{ operation: "create", variations: "4" }] });
// @ts-expect-error there is no quality `ultra`
card.estimate({ items: [{ operation: "create", quality: "ultra" }] });
// @ts-expect-error nor in a form
card.live({ operation: "create", quality: "ultra" });
// @ts-expect-error a field of another operation
card.affordable({ operation: "social", model: "auto" }, 10);
// @ts-expect-error there is no tier `gold` to choose from
card.alternatives({ items: [{ operation: "library" }] }, "gold");
// @ts-expect-error there is no tier `gold`
card.preflight({ items: [{ operation: "library" }] }, { tier: "gold", balance: 1 });
// @ts-expect-error there is no pool `flux`
card.estimate({ items: [{ operation: "library" }] }, { flux: 1 });
// @ts-expect-error a plan has items only
card.estimate({ items: [], note: "" });

// Columns are arrays of whole numbers; what is the same in every row is written as in an item.
card.estimateMany("create", { model: new Uint8Array(2), quality: "draft", width: 512 }) satisfies RatedRows | Faults;
// @ts-expect-error there is no operation `paint`
card.estimateMany("paint", {});
// @ts-expect-error there is no field `modle`
card.estimateMany("create", { modle: new Uint8Array(2) });
// @ts-expect-error there is no quality `ultra`
card.estimateMany("create", { quality: "ultra" });
// @ts-expect-error a column's numbers are whole
card.estimateMany("create", { width: new Float64Array(2) });
card.options("create", "model") satisfies string[];
// @ts-expect-error there is no choice `modl`
card.options("create", "modl");

// A form changes its fields one by one, and may change to another operation with other fields.
const live = card.live({ operation: "create" });
live.set("variations", 3).set("quality", "draft").set("model", undefined).set("operation", "edit").set("edit", "inpaint");
// @ts-expect-error there is no field `variatons`
live.set("variatons", 3);
// @ts-expect-error there is no model `nix`
live.set("model", "nix");
// @ts-expect-error a count is a number
live.set("variations", "3");

const item: ImageStudioItem = { operation: "upscale", mode: "fast", quantity: 2 };
const plan: Plan<ImageStudio> = { items: [item] };
card.preflight(plan, { tier: "basic", balance: null }) satisfies Preflight<ImageStudio> | Faults;
card.fit(plan, 10, "pro") satisfies Fit<ImageStudio> | Faults;
card.describe() satisfies Card<ImageStudio>;
// A template of a card is a plan of it.
card.describe().templates?.map((template) => card.estimate({ items: template.items }));

// With any other card, any name is allowed; a field is a string or a number there too.
const other = RateCard.parse("{}");
if (!("errors" in other)) {
  other satisfies RateCard<AnyCard>;
  other.estimate({ items: [{ operation: "paint", colour: "red", layers: 3 }] });
  other.preflight({ items: [] }, { tier: "gold", balance: 1, freeUnits: { flux: 1 } });
  other.estimateMany("scan", { pages: Uint8Array.of(1), paper: "a4" }) satisfies RatedRows | Faults;
  other.options("scan", "paper") satisfies string[];
  other.live({ operation: "scan" }).set("pages", 3).set("paper", "a4").set("pages", undefined);
  // @ts-expect-error a column's numbers are whole
  other.estimateMany("scan", { pages: Float64Array.of(1) });
  // @ts-expect-error a field is no object
  other.estimate({ items: [{ operation: "paint", colour: {} }] });
  // @ts-expect-error an item has an operation
  other.estimate({ items: [{ colour: "red" }] });
  card.compare(other);
}

// Types that `pricetag card types` wrote are checked like the built-in card's.
interface Lab {
  item: { operation: "scan"; paper?: "a4" | "a3" | undefined };
  operation: "scan";
  tier: never;
  pool: never;
}
const lab = RateCard.from<Lab>({});
if (!("errors" in lab)) {
  lab.estimate({ items: [{ operation: "scan", paper: "a3" }] });
  lab.estimateMany("scan", { paper: Uint8Array.of(0) });
  lab.live({ operation: "scan" }).set("paper", "a3");
  // @ts-expect-error there is no paper `a5`
  lab.live({ operation: "scan" }).set("paper", "a5");
  // @ts-expect-error there is no paper `a5`
  lab.estimate({ items: [{ operation: "scan", paper: "a5" }] });
  // @ts-expect-error it has no tiers
  lab.alternatives({ items: [{ operation: "scan" }] }, "pro");
}

// What the golden corpus answers has the types that the package promises.
golden.estimates satisfies { estimate?: { total: Range } }[];
golden.preflights satisfies { preflight: Pick<Preflight, "shortBy" | "after" | "needs"> }[];

// Nothing in the answers is `any`.
type IsAny<T> = 0 extends 1 & T ? true : false;
false satisfies IsAny<ReturnType<typeof card.estimate>>;
false satisfies IsAny<ReturnType<typeof card.describe>>;
false satisfies IsAny<ReturnType<typeof card.live>["total"]>;

// Where names are known only when the program runs, an item of any card.
const anyLive: LiveItem = live;
anyLive.set("variations" as string, 3);
