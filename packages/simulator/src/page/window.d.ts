import type { SimulatorHandle } from "../handle.js";

declare global {
  interface Window {
    /** The running program: in the frame its own, in the inspector that of the frame. */
    simulator?: SimulatorHandle;
  }
}
