import type { JSX } from "preact";
import type { FrameConnection } from "./connection.js";
import { IconButton, Pick, Popover, Toggle } from "./controls.js";
import { devices } from "./devices.js";
import type { FrameSettings } from "./frame-settings.js";
import { Icon, type IconName } from "./icons.js";
import { fontSizes, themes, type Theme } from "./preferences.js";
import type { Settings } from "./settings.js";
import { UrlMapForm } from "./url-map-form.js";

interface TopBarProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
  readonly frame: FrameSettings;
  readonly onFrame: (frame: FrameSettings) => void;
}

const profiles = ["device", "devtools"] as const;

const themeIcons: Readonly<Record<Theme, IconName>> = { auto: "auto", light: "sun", dark: "moon" };

/** What is done to the program and its phone, and how the inspector looks. */
export function TopBar({ connection, settings, frame, onFrame }: TopBarProps): JSX.Element {
  const { texts, preferences, change } = settings;
  const { handle, hiddenAt } = connection;
  const off = handle === undefined;
  const mapped = handle?.map.length ?? 0;
  const profile = frame.profile ?? handle?.settings.profile ?? "device";
  // Without an appid of its own a program has no lists of domains, and nothing is checked.
  const isTourist = handle?.program.appId === "touristappid";
  const urlCheck = frame.urlCheck ?? handle?.settings.urlCheck ?? false;
  return (
    <header class="top">
      <h1 class="brand">
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <rect width="20" height="20" rx="5" />
          <path d="M5 7.6h9.4M11.4 4.8l3 2.8M15 12.4H5.6M8.6 15.2l-3-2.8" />
        </svg>
        weapp-socket
      </h1>
      <div class="group abreast">
        <button
          type="button"
          class={hiddenAt === undefined ? "" : "primary"}
          disabled={off}
          onClick={() => (hiddenAt === undefined ? handle?.hide() : handle?.show())}
        >
          <Icon name={hiddenAt === undefined ? "hide" : "show"} />
          {hiddenAt === undefined ? texts.hide : texts.show}
        </button>
        <button type="button" disabled={off} onClick={() => handle?.reload()}>
          <Icon name="reload" />
          {texts.reload}
        </button>
      </div>
      <span class="rule" />
      <div class="group">
        <Pick
          label={texts.device}
          values={devices.map(({ name }) => name)}
          chosen={preferences.device}
          name={(name) => name}
          onPick={(device) => change({ device })}
        />
        <Pick
          label={texts.phoneTheme}
          values={themes}
          chosen={preferences.phoneTheme}
          name={(theme) => texts.themes[theme]}
          onPick={(phoneTheme) => change({ phoneTheme })}
        />
        <Pick
          label={texts.fontSize}
          hint={texts.fontSizeHint}
          values={fontSizes.map(String)}
          chosen={String(preferences.fontSize)}
          name={(size) => `${size} px`}
          onPick={(size) => change({ fontSize: Number(size) })}
        />
        <Pick
          label={texts.profile}
          hint={texts.profileHint}
          values={profiles}
          chosen={profile}
          isDisabled={off}
          name={(name) => texts.profiles[name]}
          onPick={(chosen) => onFrame({ ...frame, profile: chosen })}
        />
        <Toggle
          label={texts.urlCheck}
          hint={isTourist ? texts.urlCheckNeedsAppId : texts.urlCheckHint}
          isOn={urlCheck && !isTourist}
          isDisabled={off || isTourist}
          onToggle={(isOn) => onFrame({ ...frame, urlCheck: isOn })}
        />
        <Popover
          label={mapped === 0 ? texts.urlMap : `${texts.urlMap} (${mapped})`}
          hint={texts.urlMapHint}
          isDisabled={off}
        >
          {(close) => <UrlMapForm connection={connection} texts={texts} onDone={close} />}
        </Popover>
      </div>
      <span class="grow" />
      <div class="group abreast">
        <Toggle
          label={texts.keep}
          hint={texts.keepHint}
          isOn={preferences.keepsRecording}
          onToggle={(keepsRecording) => change({ keepsRecording })}
        />
        <IconButton
          icon={themeIcons[preferences.theme]}
          label={`${texts.theme}: ${texts.themes[preferences.theme]}`}
          onClick={() => change({ theme: themes[(themes.indexOf(preferences.theme) + 1) % themes.length]! })}
        />
        <button
          type="button"
          class="icon-button"
          lang={preferences.language === "zh" ? "en" : "zh-CN"}
          onClick={() => change({ language: preferences.language === "zh" ? "en" : "zh" })}
        >
          {texts.otherLanguage}
        </button>
      </div>
    </header>
  );
}
