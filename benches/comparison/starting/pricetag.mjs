import { RateCard } from "pricetag";

RateCard.builtin().estimate({ items: [{ operation: "create", model: "stability-core", variations: 4 }] });
