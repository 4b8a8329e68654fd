import { useState } from "react";
import { RateCard } from "pricetag";
import { usePreflight } from "pricetag/react";

const card = RateCard.builtin();

export default function Run() {
  const [quantity, setQuantity] = useState(3);
  const answer = usePreflight(
    card,
    { items: [{ operation: "create", quantity }] },
    { tier: "free", balance: 18 },
  );
  const known = !("errors" in answer);
  const covered = known && answer.verdict === "covered";
  return (
    <p>
      <label>
        How many{" "}
        <input
          type="number"
          min="1"
          value={quantity}
          onChange={({ target }) =>
            setQuantity(target.valueAsNumber)
          }
        />
      </label>{" "}
      <button type="button" disabled={!covered}>
        {covered
          ? `Create for ${answer.estimate.total.expected}`
          : known
            ? `${answer.shortBy} credits short`
            : "Not ready"}
      </button>
    </p>
  );
}
