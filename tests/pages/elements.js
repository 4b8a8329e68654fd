/** A page with the elements, for tests that write the rest of it. */
import { RateCard } from "pricetag";
import { english, provideCard } from "pricetag/elements";

Object.assign(window, { RateCard, english, provideCard });
