/** On a phone the bars are outside of the page: 100vh is what lies between them. */
export function pageUnits(css: string): string {
  return css.replaceAll(/(-?\d*\.?\d+)vh\b/gu, "calc($1 * var(--weapp-vh))");
}
