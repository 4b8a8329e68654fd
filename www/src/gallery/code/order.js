const order = document.querySelector("#order");
const item = order.querySelector("rate-card-form");
const price = order.querySelector("price-tag");

order.addEventListener("input", () => {
  price.price = item.total;
});
order.addEventListener("submit", (event) => {
  event.preventDefault();
  const sent = new FormData(order).get("picture");
  order.querySelector("output").value = `Sent: ${sent}`;
});
