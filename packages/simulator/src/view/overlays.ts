/** What lies over the page. What a person can answer there, a test can. */
export type Overlay = ToastOverlay | ModalOverlay | ActionSheetOverlay | PickerOverlay | PreviewOverlay;

export interface ToastOverlay {
  readonly kind: "toast";
  readonly title: string;
  /** "success", "error", "loading" or "none". */
  readonly icon: string;
  /** In place of the icon; "": none. */
  readonly image: string;
  /** Whether the page below can be touched no more. */
  readonly mask: boolean;
}

export interface ModalOverlay {
  readonly kind: "modal";
  readonly title: string;
  readonly content: string;
  readonly confirmText: string;
  readonly confirmColor: string;
  /** Null: there is nothing to cancel with. */
  readonly cancelText: string | null;
  readonly cancelColor: string;
  /** Null: nothing can be typed. */
  readonly placeholder: string | null;
  /** @param text what was typed; default: `content`, where something can be typed */
  confirm(text?: string): void;
  cancel(): void;
}

export interface ActionSheetOverlay {
  readonly kind: "action-sheet";
  /** "": none. */
  readonly title: string;
  readonly items: readonly string[];
  readonly color: string;
  /** @param index from 0 */
  choose(index: number): void;
  cancel(): void;
}

/** Columns to scroll: a picker, whatever it picks. */
export interface PickerOverlay {
  readonly kind: "picker";
  /** "": none. */
  readonly title: string;
  /** As they are now: one column may decide what another has. */
  readonly columns: readonly (readonly string[])[];
  /** The chosen line of each column, from 0. */
  readonly selected: readonly number[];
  move(column: number, index: number): void;
  confirm(): void;
  cancel(): void;
}

export interface PreviewOverlay {
  readonly kind: "preview";
  readonly urls: readonly string[];
  /** Index of the first one to show. */
  readonly current: number;
  close(): void;
}

/** One overlay as it is drawn. */
export interface DrawnOverlay {
  /** Something in it has changed. */
  update(): void;
  remove(): void;
}

export interface Overlays {
  /** From the lowest. */
  readonly shown: readonly Overlay[];
  open(overlay: Overlay): DrawnOverlay;
}

/**
 * @param draw puts it on the screen
 * @param changed hears that `shown` is another
 */
export function createOverlays(draw: (overlay: Overlay) => DrawnOverlay, changed: () => void): Overlays {
  const shown: Overlay[] = [];
  return {
    shown,
    open(overlay) {
      const drawn = draw(overlay);
      shown.push(overlay);
      changed();
      return {
        update() {
          drawn.update();
          changed();
        },
        remove() {
          const index = shown.indexOf(overlay);
          if (index < 0) return;
          shown.splice(index, 1);
          drawn.remove();
          changed();
        },
      };
    },
  };
}

/** Opens an overlay that is answered once: `make` gets what ends it. */
export function ask<T>(overlays: Overlays, make: (answer: (value: T) => void) => Overlay): Promise<T> {
  return new Promise((resolve) => {
    const drawn = overlays.open(
      make((value) => {
        drawn.remove();
        resolve(value);
      }),
    );
  });
}
