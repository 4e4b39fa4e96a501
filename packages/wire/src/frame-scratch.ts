/** So many texts are looked for at a time: with messages of the usual length, what the processor's first cache holds. */
const MAX_TEXTS = 128;

/** Up to this many bytes engines keep a typed array's own within the object, which costs next to nothing. */
const IN_OBJECT_BYTES = 64;
/** Larger buffers have memory of their own. */
const SHARED_UP_TO_BYTES = 1_024;
const SLAB_BYTES = 8_192;

/** Memory that many readers share, as only one of them reads at a time. */
export class FrameScratch {
  /** Where texts begin and end in a chunk, in turns. Taken away while they are told. */
  ranges: Int32Array | undefined = new Int32Array(MAX_TEXTS * 2);
  private slab = new Uint8Array(0);
  private used = 0;

  /**
   * Bytes for the rest of a chunk, of which there is one after almost every read. Small ones are cut from a common piece:
   * of an `ArrayBuffer` for each the garbage collector makes work for another thread.
   */
  allocate(length: number): Uint8Array {
    if (length <= IN_OBJECT_BYTES || length > SHARED_UP_TO_BYTES) return new Uint8Array(length);
    if (this.used + length > this.slab.length) {
      this.slab = new Uint8Array(SLAB_BYTES);
      this.used = 0;
    }
    this.used += length;
    return this.slab.subarray(this.used - length, this.used);
  }
}
