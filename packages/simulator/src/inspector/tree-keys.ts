/** The keys of a tree: up and down, right to open, left to close or go to the parent. */
export function moveInTree(event: KeyboardEvent): void {
  const item = event.target;
  if (!(item instanceof HTMLElement) || item.role !== "treeitem") return;
  const tree = item.closest('[role="tree"]')!;
  const items = [...tree.querySelectorAll<HTMLElement>('[role="treeitem"]')];
  const at = items.indexOf(item);
  const isOpen = item.getAttribute("aria-expanded");
  let to: HTMLElement | null | undefined;
  switch (event.key) {
    case "ArrowDown":
      to = items[at + 1];
      break;
    case "ArrowUp":
      to = items[at - 1];
      break;
    case "Home":
      to = items[0];
      break;
    case "End":
      to = items.at(-1);
      break;
    case "ArrowRight":
      if (isOpen === "false") item.querySelector<HTMLElement>(".leaf")?.click();
      else if (isOpen === "true") to = items[at + 1];
      break;
    case "ArrowLeft":
      if (isOpen === "true") item.querySelector<HTMLElement>(".leaf")?.click();
      else to = item.parentElement?.closest<HTMLElement>('[role="treeitem"]');
      break;
    case "Enter":
    case " ":
      item.querySelector<HTMLElement>(".leaf")?.click();
      break;
    default:
      return;
  }
  event.preventDefault();
  event.stopPropagation();
  to?.focus();
}
