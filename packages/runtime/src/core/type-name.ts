/** "String", "Null", "Array", "ArrayBuffer": also for values of another realm. */
export function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
