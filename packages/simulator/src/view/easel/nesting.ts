/** How deep components may stand in each other. */
const MAX_DEPTH = 100;

/** Makes what is inside of a component. Throws where that is too deep: a component that includes itself would not end. */
export type Nesting = (path: string, make: () => void) => void;

export function createNesting(): Nesting {
  let depth = 0;
  return (path, make) => {
    if (depth >= MAX_DEPTH)
      throw new Error(
        `components stand more than ${MAX_DEPTH} deep in each other at "${path}": does one include itself?`,
      );
    depth += 1;
    try {
      make();
    } finally {
      depth -= 1;
    }
  };
}
