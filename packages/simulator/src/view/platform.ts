import type { Clock, RuntimeOptions, Surroundings, Transport } from "@weapp-socket/runtime/core";
import type { DomainLists } from "../domain-list.js";
import type { Scenario } from "../faults/scenario.js";
import type { PhoneLook } from "../handle.js";
import type { JsonObject, Program } from "../program.js";
import type { Player } from "../wx/audio.js";
import type { PhoneFiles } from "../wx/phone-files.js";
import type { ModuleMap } from "../source-map.js";
import type { HostCall } from "../wx/request.js";
import type { Store } from "../wx/storage.js";
import type { Device } from "../wx/system.js";
import type { Surface } from "./easel/surface.js";
import type { Templates } from "./easel/framework.js";
import type { ModuleSource } from "./module-loader.js";
import type { DrawnOverlay, Overlay } from "./overlays.js";
import type { Screen } from "./screen.js";

/** What a program runs on: a browser's page, or nothing that can be seen. */
export interface Platform {
  readonly surface: Surface;
  readonly screen: Screen;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly runtimeOptions: RuntimeOptions & Pick<Surroundings, "localNetworks">;
  /** Requests, uploads and downloads. */
  readonly host: HostCall;
  /** Where requests may go; null: anywhere. */
  readonly domains: DomainLists | null;
  /** Faults to play from the start; null: none. */
  readonly scenario: Scenario | null;
  readonly store: Store;
  readonly files: PhoneFiles;
  /** A file of the program's package, without a "/" at its start; null where there is none. */
  readonly readPackageFile: (path: string) => ArrayBuffer | null;
  /** Where the browser finds a file of the program or of the phone; other addresses stay as they are. */
  readonly assetUrl: (src: string) => string;
  readonly drawOverlay: (overlay: Overlay) => DrawnOverlay;
  readonly createPlayer: () => Player;
  readonly createOffscreenCanvas: (options: unknown) => object;
  readonly loadFont: (family: string, source: string) => Promise<void>;
  /** Takes the keyboard away; false: there was none. */
  readonly hideKeyboard: () => boolean;
  readonly device: () => Device;
  readonly setPhone: (changes: Partial<PhoneLook>) => void;
  readonly extConfig: JsonObject;
  readonly random: () => number;
  /** Where the author's code finds `wx`, `Page` and the others. */
  readonly globals: object;
  /** What `globalThis` and its kin are in the author's code. */
  readonly phoneGlobals: object;
  /** Runs once what was set has been drawn. */
  readonly afterDraw: (act: () => void) => void;
  /** Real time, whatever the clock says. */
  readonly pause: (ms: number) => Promise<void>;
  readonly reload: () => void;
}

/** A compiled program as it was loaded. */
export interface LoadedProgram {
  readonly program: Program;
  readonly modules: readonly DefinedModule[];
  readonly templates: Templates;
  /** Characters that the runner put before each module, on its first line. */
  readonly before: number;
}

/** What modules.js calls `__weappDefine` with; the map of a module that was transformed. */
export type DefinedModule = readonly [path: string, source: ModuleSource, map?: ModuleMap];

/** How a program is opened. */
export interface Opening {
  /** "pages/chat/chat?room=1". Default: the program's entry. */
  readonly url?: string;
  /** WeChat's number for where the user came from. Default: 1001, the list of mini programs. */
  readonly scene?: number;
}
