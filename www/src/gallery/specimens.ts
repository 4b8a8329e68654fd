/** An element in one of its states. What is mounted is what is shown: there is one text of each code. */
export interface Specimen {
  title: string;
  says: string;
  html?: string;
  /** Applied to the whole page. */
  css?: string;
  /** A file in `code/` that is run when the HTML is there, or whose component is rendered. */
  file?: string;
}

export interface Section {
  name: string;
  says: string;
  specimens: Specimen[];
}

const setup: Section = {
  name: "Setting up",
  says: "Import the elements once, and give all of them a card. There is nothing to load and nothing to wait for.",
  specimens: [{ title: "One card for every element", says: "An element's own property card comes before it.", file: "setup.js" }],
};

const priceTag: Section = {
  name: "<price-tag>",
  says: "A price, for a button or a line of text. It never shows a price that it does not know.",
  specimens: [
    {
      title: "Exact",
      says: "A price that cannot vary is one figure.",
      html: `<price-tag expected="6.5"></price-tag>`,
    },
    {
      title: "A range",
      says: "What to plan with, then the least and the most it can be.",
      html: `<price-tag low="12" expected="16" high="20">
</price-tag>`,
    },
    {
      title: "Nothing to pay",
      says: "Said in words: a 0 could be a mistake.",
      html: `<price-tag plan='{"items": [
  {"operation": "create", "model": "huggingface-flux"}
]}' free-units='{"huggingface-flux": 10}'></price-tag>`,
    },
    {
      title: "Of a plan",
      says: "The card is asked; nothing leaves the page.",
      html: `<price-tag plan='{"items": [
  {"operation": "create", "variations": 4},
  {"operation": "upscale", "mode": "fast"}
]}'></price-tag>`,
    },
    {
      title: "On the button that spends it",
      says: "Stacked, and in money as well.",
      html: `<button type="button" class="run">
  <span>Create</span>
  <price-tag stacked low="12" expected="16" high="20"
    money='{"currency": "USD", "perCredit": 0.01}'
  ></price-tag>
</button>`,
    },
    {
      title: "In a column",
      says: "Compact: without the unit, and the range's room kept.",
      html: `<ul class="column">
  <li>Background
    <price-tag compact expected="2"></price-tag>
  </li>
  <li>Four variations
    <price-tag compact low="12" expected="16" high="20"
    ></price-tag>
  </li>
</ul>`,
    },
    {
      title: "Written another way",
      says: "In a locale of its own, and with another unit.",
      html: `<price-tag expected="6500.25" unit="Token" locale="de-DE">
</price-tag>`,
    },
    {
      title: "Not known yet",
      says: "Its own content stays, which is also what a server sends.",
      html: `<price-tag>Price on request</price-tag>`,
    },
    {
      title: "With a mistake in the plan",
      says: "A wrong plan has no price; the property errors tells why.",
      html: `<price-tag plan='{"items": [{"operation": "edit"}]}'
  >Choose what to edit</price-tag>`,
    },
  ],
};

const priceBreakdown: Section = {
  name: "<price-breakdown>",
  says: "Why a plan costs what it costs, and how far the figure can be relied on.",
  specimens: [
    {
      title: "With a surcharge and free units",
      says: "The parts add up to the total, column by column.",
      html: `<price-breakdown plan='{"items": [
  {"operation": "create", "model": "huggingface-flux",
   "width": 2048, "height": 2048, "variations": 4}
]}' free-units='{"huggingface-flux": 1}'></price-breakdown>`,
    },
    {
      title: "Several lines",
      says: "Each with its title.",
      html: `<price-breakdown plan='{"items": [
  {"operation": "create", "variations": 4},
  {"operation": "upscale", "mode": "fast", "quantity": 4}
]}'></price-breakdown>`,
    },
    {
      title: "With mistakes in the plan",
      says: "What is wrong stands where the reason would.",
      html: `<price-breakdown plan='{"items": [
  {"operation": "edit"},
  {"operation": "create", "variations": 11}
]}'></price-breakdown>`,
    },
    {
      title: "Not known yet",
      says: "The figures are left out and their room is kept.",
      html: `<price-breakdown rows="2"></price-breakdown>`,
    },
  ],
};

const meter = (balance: string): string => `<balance-meter
  plan='{"items": [{"operation": "create", "variations": 4}]}'
  account='{"tier": "free", "balance": ${balance}}'
></balance-meter>`;

const balanceMeter: Section = {
  name: "<balance-meter>",
  says: "What a plan takes of the balance: the full part is certain, the pale one is the range.",
  specimens: [
    { title: "Covered", says: "Even the most it can be.", html: meter("50") },
    { title: "Could cost more", says: "What to plan with is covered, the most it can be is not.", html: meter("18") },
    { title: "Not affordable", says: "What is missing is negative, and stands out.", html: meter("10") },
    { title: "Unlimited", says: "A balance of null.", html: meter("null") },
    { title: "Not known yet", says: "Without an account there is nothing to say.", html: `<balance-meter></balance-meter>` },
  ],
};

const rateCardForm: Section = {
  name: "<rate-card-form>",
  says: "The native controls of any operation of any card, as one form control.",
  specimens: [
    {
      title: "In a form that is sent",
      says: "It has a name, a value and a validity, and is sent with its form.",
      html: `<form id="order">
  <rate-card-form name="picture" operation="upscale">
  </rate-card-form>
  <button class="run">
    <span>Upscale</span>
    <price-tag stacked>Not ready</price-tag>
  </button>
  <output></output>
</form>`,
      file: "order.js",
    },
    {
      title: "For an account",
      says: "What the tier does not have is marked, and free units count.",
      html: `<rate-card-form operation="create" account='{
  "tier": "free", "balance": 50,
  "freeUnits": {"huggingface-flux": 10}
}'></rate-card-form>`,
    },
    {
      title: "Narrow, with a mistake",
      says: "It goes by its own width, not by the window's.",
      html: `<div class="narrow">
  <rate-card-form item='{
    "operation": "create", "width": 20000, "variations": 11
  }'></rate-card-form>
</div>`,
    },
    {
      title: "Disabled",
      says: "By itself, or by the fieldset around it.",
      html: `<fieldset disabled>
  <legend>Sold out</legend>
  <rate-card-form operation="social"></rate-card-form>
</fieldset>`,
    },
  ],
};

const looks = `<rate-card-form operation="library"></rate-card-form>
  <price-breakdown plan='{"items": [
    {"operation": "create", "variations": 4}
  ]}'></price-breakdown>`;

const styling: Section = {
  name: "Styling",
  says: "Custom properties for what all elements share, parts for everything else.",
  specimens: [
    {
      title: "Light",
      says: "Colours follow color-scheme.",
      html: `<div class="light">
  ${looks}
</div>`,
      css: `.light { color-scheme: light }`,
    },
    {
      title: "Dark",
      says: "Anywhere on a page, whatever the page itself is.",
      html: `<div class="dark">
  ${looks}
</div>`,
      css: `.dark { color-scheme: dark }`,
    },
    {
      title: "Your own",
      says: "Properties are inherited; parts are styled one by one.",
      html: `<div class="own">
  <price-tag low="12" expected="16" high="20"></price-tag>
  <balance-meter
    plan='{"items": [{"operation": "create", "variations": 4}]}'
    account='{"tier": "free", "balance": 30}'
  ></balance-meter>
</div>`,
      css: `.own {
  --pricetag-accent: light-dark(#7a3db8, #c79bf2);
  --pricetag-amount-weight: 800;
  --pricetag-aside-size: 0.75em;
}
.own balance-meter::part(bar) {
  block-size: 20px;
  border-radius: 10px;
}`,
    },
  ],
};

const react: Section = {
  name: "React",
  says: "Hooks that answer in the same render. The answer stays the same object while its inputs hold the same.",
  specimens: [
    { title: "useEstimate", says: "The price follows the slider, without an effect and without a request.", file: "estimate.tsx" },
    { title: "usePreflight", says: "Whether the account covers it, and what is missing.", file: "preflight.tsx" },
  ],
};

export const sections: Section[] = [setup, priceTag, priceBreakdown, balanceMeter, rateCardForm, styling, react];
