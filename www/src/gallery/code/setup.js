import { RateCard } from "pricetag";
import { provideCard } from "pricetag/elements";

provideCard(RateCard.builtin());
