import type { Rect } from "./easel/surface.js";

/** What a page looks like around its content: its own window settings over those of app.json. */
export interface PageLook {
  readonly path: string;
  readonly window: Readonly<Record<string, unknown>>;
  /** Whether there is a page to go back to. */
  readonly hasBack: boolean;
  /** Whether the home button is to be shown: a page that is first and not the program's entry. */
  readonly hasHome: boolean;
  /** Index of its tab; -1: it is no page of the tab bar. */
  readonly tab: number;
}

/** Where one page is drawn. */
export interface PageStage {
  /** The element that the page is put into; null where nothing is drawn. */
  readonly element: HTMLElement | null;
  readonly scrollTop: number;
  readonly scrollHeight: number;
  /** As it was set; "": the configuration's. */
  readonly title: string;
  /** What of the screen the page has: its place in the window. */
  readonly rect: Rect;
  setVisible(isVisible: boolean): void;
  setTitle(title: string): void;
  /** "": as it was. */
  setBarColor(front: string, background: string): void;
  setBarLoading(isLoading: boolean): void;
  setBackground(color: string): void;
  /** What "1rem" is: a length of CSS; "": as it was. */
  setRootFontSize(size: string): void;
  hideHome(): void;
  scrollTo(top: number, durationMs: number): void;
  /** Shows that the page is pulled down, until it is told otherwise. */
  setPulled(isPulled: boolean): void;
  /** Puts a custom tab bar below the page. */
  readonly tabBarElement: HTMLElement | null;
  remove(): void;
}

/** What a person does to a page, beside what its components hear. */
export interface StageEvents {
  scrolled(scrollTop: number): void;
  reachedBottom(): void;
  pulledDown(): void;
  resized(): void;
}

/** One tab as it is drawn. */
export interface TabLook {
  readonly text: string;
  readonly iconPath: string;
  readonly selectedIconPath: string;
  readonly badge: string;
  readonly hasDot: boolean;
}

/** The tab bar as it is drawn. */
export interface TabBarLook {
  readonly items: readonly TabLook[];
  /** Colours; "@name" means one of theme.json. */
  readonly color: string;
  readonly selectedColor: string;
  readonly backgroundColor: string;
  readonly borderStyle: string;
  readonly position: string;
  /** Index of the tab whose page is shown; -1: another page is. */
  readonly selected: number;
  readonly isVisible: boolean;
}

/** The phone's screen: a browser's page, or nothing that can be seen. */
export interface Screen {
  open(look: PageLook, events: StageEvents): PageStage;
  drawTabBar(look: TabBarLook): void;
}
