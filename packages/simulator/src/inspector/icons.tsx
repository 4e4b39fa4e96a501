import type { JSX } from "preact";

const shapes = {
  reload: "M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3",
  hide: "M2 3h12v8H2zM5 14h6M8 7.2v.1",
  show: "M2 3h12v8H2zM5 14h6M6.5 5l4 2-4 2z",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6Z",
  auto: "M8 2.5a5.5 5.5 0 1 0 0 11ZM8 2.5a5.5 5.5 0 0 1 0 11",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.4 10.4 14 14",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  check: "M3 8.5 6.5 12 13 4.5",
  clear: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM4.2 4.2l7.6 7.6",
  save: "M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11",
  open: "M8 10.5v-8M4.8 5.5 8 2.3l3.2 3.2M2.5 13.5h11",
  down: "M8 3v9M4.5 8.8 8 12.3l3.5-3.5",
  chevron: "M4.5 6.5 8 10l3.5-3.5",
  close: "M4 4l8 8M12 4l-8 8",
  play: "M4.5 2.5v11l9-5.5Z",
  stop: "M3.5 3.5h9v9h-9z",
  pencil: "M10.8 2.7l2.5 2.5L5.8 12.7l-3.1.6.6-3.1ZM9.2 4.3l2.5 2.5",
  phone: "M4.5 1.5h7v13h-7zM7.3 12.4h1.4",
  list: "M2.5 4h11M2.5 8h11M2.5 12h11",
  sliders: "M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6M10.2 3.2v3.6M5.8 9.2v3.6",
  warning: "M8 2.5 14 13H2ZM8 6.5v3M8 11.2v.1",
} as const;

export type IconName = keyof typeof shapes;

/** A drawing beside a word, or in a button that has a name of its own: never read aloud. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}
