/** As much as libuv itself reads at a time. */
const SMALL_BYTES = 65_536;
/**
 * Where much comes at once, small reads make the kernel tell the sender again and again how little room there is. What no
 * read has filled of it takes no memory.
 */
const LARGE_BYTES = 4_194_304;

/** What all links of a transport read into: a read is used up before the next begins. */
export class ReadBuffer {
  current: Buffer = Buffer.allocUnsafeSlow(SMALL_BYTES);

  /** A read has filled it. */
  grow(): void {
    if (this.current.length < LARGE_BYTES) this.current = Buffer.allocUnsafeSlow(LARGE_BYTES);
  }
}
