import { createAppLife } from "./app-life.js";
import { canIUse } from "./can-i-use.js";
import type { Clock } from "./clock.js";
import type { LocalNetwork } from "./domain-policy.js";
import { refererOf } from "./handshake-headers.js";
import { createLegacySocket } from "./legacy-socket.js";
import { createListenerSet } from "./listener-set.js";
import { createMailbox } from "./mailbox.js";
import type { NetworkType } from "./network-type.js";
import { createNetwork } from "./network.js";
import { callback, readMap, readOptions, type RuntimeOptions } from "./options.js";
import { createPageCalls } from "./page-calls.js";
import { deviceProfile } from "./profile-device.js";
import { devtoolsProfile } from "./profile-devtools.js";
import type { Profile, ProfileName } from "./profile.js";
import { createSockets, type Sockets } from "./sockets.js";
import type { TaskHost } from "./socket-task.js";
import type { Transport } from "./transport.js";
import type { UrlRule } from "./url-map.js";
import type { HideOptions, LaunchOptions, NetworkStatus, Wx } from "./wx-types.js";

/** One mini program: its `wx`, and what happens to it from outside. */
export interface Runtime {
  /** Extensible: libraries write to it. */
  readonly wx: Wx;
  /** To the background. Five seconds later, on device, the app is suspended. */
  hide(): void;
  /** To the foreground. What was held is delivered first. */
  show(launch?: Partial<LaunchOptions>): void;
  /** Suspends now, after hiding if need be: sockets end, callbacks are held. Nothing in DevTools, which never does. */
  suspend(): void;
  /** RangeError for a word that is no network type. */
  setNetworkType(type: NetworkType): void;
  /** Other rules for what is opened from now on, in place of the option `map`. TypeError for what is no rule. */
  setMap(rules: readonly UrlRule[]): void;
  /** Ends every socket without a word; nothing is called afterwards. */
  destroy(): void;
}

/** The engine's surroundings. Bad values: TypeError that names the option. */
export interface Surroundings {
  /** What carries the bytes. */
  readonly transport: Transport;
  /** Time and tasks. The doors for Node and for browsers have one by default. */
  readonly clock: Clock;
  /** For the LAN rule of `urlCheck`. Default: none. */
  readonly localNetworks?: (() => readonly LocalNetwork[]) | undefined;
}

export type CoreOptions = RuntimeOptions & Surroundings;

const profiles: Readonly<Record<ProfileName, Profile>> = { device: deviceProfile, devtools: devtoolsProfile };

/** The Referer of a runtime with these options: for requests that are made beside its sockets. */
export function programReferer(options: RuntimeOptions): string {
  const { profile, appId, version = profiles[profile].version.value } = readOptions(options);
  return refererOf({ appId, version });
}

/** The runtime over any transport and clock. No state outlives or is shared between two of them. */
export function createRuntime(options: CoreOptions): Runtime {
  const settings = readOptions(options);
  let { map } = settings;
  const { transport, clock } = options;
  checkSurroundings(options);
  const profile = profiles[settings.profile];
  const mailbox = createMailbox(clock);

  const rethrow = (error: unknown): void =>
    clock.defer(() => {
      throw error;
    });
  const report = (error: unknown): void => guard(() => (settings.onUncaught ?? rethrow)(error), rethrow);
  const calls = createPageCalls(report);
  const { onSocketTrace } = settings;

  const shown = createListenerSet<LaunchOptions>(calls);
  const hidden = createListenerSet<HideOptions>(calls);
  const statuses = createListenerSet<NetworkStatus>(calls);
  const network = createNetwork(settings.networkType, mailbox, calls, statuses);
  let launch: LaunchOptions = {
    apiCategory: "default",
    path: "",
    query: {},
    scene: 1001,
    referrerInfo: {} as LaunchOptions["referrerInfo"],
    forwardMaterials: [],
    hostExtraData: {} as LaunchOptions["hostExtraData"],
  };

  const live = (): ReturnType<Sockets["live"]> => sockets.live();
  const life = createAppLife(clock, profile, profile.suspends.value && !settings.keepsRunning, {
    hidden: () => mailbox.post((one) => hidden.emit(one), {}),
    // A copy: what a page writes into it is gone at the next one.
    shown: () =>
      mailbox.post((one) => shown.emit(one), {
        ...launch,
        query: { ...launch.query },
        referrerInfo: { ...launch.referrerInfo },
      }),
    suspended() {
      mailbox.hold();
      for (const connection of live()) connection.interrupt();
    },
    resumed: () => mailbox.release(),
    destroyed() {
      calls.stop();
      for (const connection of live()) connection.destroy();
    },
  });
  const legacy = createLegacySocket(calls, settings.legacyCurrent, live);

  const host: TaskHost = {
    profile,
    mailbox,
    calls,
    globalListener: (connection, event) => legacy.listener(connection, event),
    ...(onSocketTrace === undefined
      ? {}
      : {
          trace: (taskId, event) => guard(() => onSocketTrace({ taskId, at: clock.now(), ...event }), report),
        }),
  };
  const sockets = createSockets({
    ...host,
    settings,
    map: () => map,
    transport,
    localNetworks: options.localNetworks ?? (() => []),
    life,
    network,
    legacy,
  });

  const wx = {
    connectSocket: (option: unknown) => sockets.connect(option),
    sendSocketMessage: (option: unknown) => legacy.send(option),
    closeSocket: (option: unknown) => legacy.close(option),
    onSocketOpen: (listener: unknown) => legacy.setListener("open", listener),
    onSocketMessage: (listener: unknown) => legacy.setListener("message", listener),
    onSocketError: (listener: unknown) => legacy.setListener("error", listener),
    onSocketClose: (listener: unknown) => legacy.setListener("close", listener),
    onAppShow: (listener?: unknown) => shown.on(listener),
    offAppShow: (listener?: unknown) => shown.off(listener),
    onAppHide: (listener?: unknown) => hidden.on(listener),
    offAppHide: (listener?: unknown) => hidden.off(listener),
    onNetworkStatusChange: (listener?: unknown) => statuses.on(listener),
    offNetworkStatusChange: (listener?: unknown) => statuses.off(listener),
    getNetworkType: (option: unknown) => network.answer(option),
    canIUse,
  };

  return {
    wx: wx as unknown as Wx,
    hide: () => life.handle("hide"),
    show(changes) {
      launch = { ...launch, ...changes };
      life.handle("show");
    },
    suspend() {
      if (life.state() !== "foreground") return life.handle("suspend");
      life.handle("hide");
      mailbox.post((input) => life.handle(input), "suspend" as const);
    },
    setNetworkType(type) {
      const before = network.type();
      if (life.state() === "destroyed" || !network.set(type)) return;
      if (type === "none") for (const connection of live()) connection.drop("offline");
      else if (before !== "none" && profile.dropsOnNetworkChange.value) {
        for (const connection of live()) connection.drop("changed");
      }
    },
    setMap(rules) {
      map = readMap(rules);
    },
    destroy: () => life.handle("destroy"),
  };
}

/** `createRuntime(options).wx` */
export function createWx(options: CoreOptions): Wx {
  return createRuntime(options).wx;
}

function checkSurroundings(given: Surroundings): void {
  const has = (thing: unknown, names: readonly string[]): boolean =>
    typeof thing === "object" &&
    thing !== null &&
    names.every((name) => typeof Reflect.get(thing, name) === "function");
  if (!has(given.transport, ["dial"])) throw new TypeError("transport must be an object with dial");
  if (!has(given.clock, ["now", "setTimer", "defer"])) {
    throw new TypeError("clock must be an object with now, setTimer and defer");
  }
  callback("clock.endTask", given.clock.endTask);
  callback("localNetworks", given.localNetworks);
}

function guard(action: () => void, onError: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    onError(error);
  }
}
