/** A layer over the page. */
export function createLayer(root: HTMLElement, className: string, label: string): HTMLElement {
  const element = document.createElement("div");
  element.className = `weapp-layer ${className}`;
  element.setAttribute("aria-label", label);
  root.append(element);
  return element;
}

/** Makes a layer a dialog: it keeps the keyboard, and its removal gives it back where it was. */
export function openDialog(layer: HTMLElement, onEscape: () => void): () => void {
  const before = document.activeElement;
  layer.setAttribute("role", "dialog");
  layer.setAttribute("aria-modal", "true");
  layer.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onEscape();
    // Whoever goes round by keys sees where they are; nobody else has a ring around a button.
    if (event.key === "Tab" || event.key.startsWith("Arrow")) layer.dataset["keys"] = "";
    if (event.key === "Tab") keepInside(layer, event);
  });
  const first =
    layer.querySelector<HTMLElement>("input, [data-first]") ?? layer.querySelector("button:last-of-type");
  if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  return () => {
    layer.remove();
    if (before instanceof HTMLElement) before.focus();
  };
}

/** Tab goes round in the dialog. */
function keepInside(layer: HTMLElement, event: KeyboardEvent): void {
  const stops = [...layer.querySelectorAll<HTMLElement>("input, button, [tabindex]")];
  const [first, last] = [stops[0], stops.at(-1)];
  const leaves = event.shiftKey ? document.activeElement === first : document.activeElement === last;
  if (!leaves) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

export function layerButton(
  text: string,
  className: string,
  color: string,
  act: () => void,
): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = text;
  button.style.color = color;
  button.addEventListener("click", act);
  return button;
}
