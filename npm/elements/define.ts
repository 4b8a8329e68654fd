/** Registers an element once, where there is a registry: importing this package twice, or on a server, is no fault. */
export function define(name: string, element: CustomElementConstructor): void {
  if (typeof customElements === "undefined" || customElements.get(name) !== undefined) return;
  customElements.define(name, element);
}
