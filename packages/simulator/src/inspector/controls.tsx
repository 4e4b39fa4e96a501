import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icons.js";

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly values: readonly T[];
  readonly chosen: T;
  readonly name: (value: T) => string;
  readonly isDisabled?: (value: T) => boolean;
  readonly onChoose: (value: T) => void;
}

/** Buttons side by side of which one is pressed. */
export function Choice<T extends string>(props: ChoiceProps<T>): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={props.label}>
      {props.values.map((value) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.chosen}
          disabled={props.isDisabled?.(value) ?? false}
          onClick={() => props.onChoose(value)}
        >
          {props.name(value)}
        </button>
      ))}
    </div>
  );
}

interface PickProps<T extends string> {
  readonly label: string;
  readonly values: readonly T[];
  readonly chosen: T;
  readonly name: (value: T) => string;
  readonly isDisabled?: boolean;
  readonly hint?: string;
  readonly onPick: (value: T) => void;
}

/** A labelled drop-down list. */
export function Pick<T extends string>(props: PickProps<T>): JSX.Element {
  return (
    <label class="field" title={props.hint}>
      <span>{props.label}</span>
      <select
        value={props.chosen}
        disabled={props.isDisabled ?? false}
        onChange={(event) => props.onPick(event.currentTarget.value as T)}
      >
        {props.values.map((value) => (
          <option key={value} value={value}>
            {props.name(value)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly hint?: string;
  readonly onToggle: (isOn: boolean) => void;
}

export function Toggle(props: ToggleProps): JSX.Element {
  return (
    <button
      type="button"
      class="toggle"
      role="switch"
      aria-checked={props.isOn}
      disabled={props.isDisabled ?? false}
      title={props.hint}
      onClick={() => props.onToggle(!props.isOn)}
    >
      <span class="toggle-track" />
      {props.label}
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly isDisabled?: boolean;
  readonly onClick: () => void;
}

export function IconButton(props: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={props.label}
      title={props.label}
      disabled={props.isDisabled ?? false}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
      <span class="icon-text">{props.label}</span>
    </button>
  );
}

interface PopoverProps {
  readonly label: string;
  readonly isDisabled?: boolean;
  readonly hint?: string;
  /** `close` puts it away and gives the focus back. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button that opens a small form below itself. Escape, or a click elsewhere, puts it away. */
export function Popover(props: PopoverProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!isOpen) return undefined;
    box.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
    const away = (event: Event): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) !== true) setOpen(false);
    };
    // A click into the phone is no event here, but takes the focus. Another window may be where to copy from.
    const left = (): void => {
      if (document.activeElement instanceof HTMLIFrameElement) setOpen(false);
    };
    addEventListener("pointerdown", away);
    addEventListener("blur", left);
    return () => {
      removeEventListener("pointerdown", away);
      removeEventListener("blur", left);
    };
  }, [isOpen]);
  return (
    <div
      class="popover"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        ref={button}
        type="button"
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        disabled={props.isDisabled ?? false}
        title={props.hint}
        onClick={() => setOpen(!isOpen)}
      >
        {props.label}
        <Icon name="chevron" />
      </button>
      {isOpen && (
        <div class="popover-box" role="dialog" aria-label={props.label}>
          {props.children(close)}
        </div>
      )}
    </div>
  );
}
