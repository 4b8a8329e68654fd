import { useState } from "react";
import { RateCard } from "pricetag";
import { useEstimate } from "pricetag/react";

const card = RateCard.builtin();

export default function Price() {
  const [variations, setVariations] = useState(4);
  const answer = useEstimate(card, {
    items: [{ operation: "create", variations }],
  });
  const known = !("errors" in answer);
  return (
    <p>
      <label>
        {variations} variations{" "}
        <input
          type="range"
          min="1"
          max="10"
          value={variations}
          onChange={({ target }) =>
            setVariations(target.valueAsNumber)
          }
        />
      </label>{" "}
      <output>
        {known ? answer.total.expected : "–"} credits
      </output>
    </p>
  );
}
