import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Rect } from "../handle.js";
import type { Diagnostic } from "../program.js";
import type { FrameConnection } from "./connection.js";
import { IconButton } from "./controls.js";
import { deviceNamed } from "./devices.js";
import { placeOf } from "./diagnostic-place.js";
import { Icon } from "./icons.js";
import type { Settings } from "./settings.js";
import type { Texts } from "./texts.js";

interface PhoneProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
  /** What the frame page is asked for, "?" included. */
  readonly search: string;
  readonly now: number;
  /** Whether the list of problems is on the screen: then the phone need not tell. */
  readonly showsProblems: boolean;
  readonly onShowProblems: () => void;
}

/** Pixels above and below the phone, the line under it included. */
const MARGIN = 58;

/** The phone: the frame page at the device's size, drawn smaller where the window is lower. */
export function Phone(props: PhoneProps): JSX.Element {
  const { connection, settings, search, now, showsProblems, onShowProblems } = props;
  const { texts, preferences } = settings;
  const frame = useRef<HTMLIFrameElement>(null);
  const room = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const [dismissed, dismiss] = useState<readonly Diagnostic[]>([]);
  const device = deviceNamed(preferences.device);
  const { handle, hiddenAt } = connection;

  useLayoutEffect(() => {
    const element = room.current!;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const theme = preferences.phoneTheme;
    const { fontSize } = preferences;
    handle?.setPhone({ statusBarHeight: device.statusBarHeight, theme, fontSize });
  }, [handle, device, preferences.phoneTheme, preferences.fontSize]);

  const scale = height === 0 ? 1 : Math.min(1, (height - MARGIN) / device.height);
  const { diagnostics } = connection;
  const errors = useMemo(() => diagnostics.filter(({ severity }) => severity === "error"), [diagnostics]);
  const top = handle?.pages().at(-1);
  return (
    <section class="phone-side" aria-label={texts.phone}>
      <div class="phone-room" ref={room}>
        <div
          class="phone-place"
          style={{ width: `${device.width * scale}px`, height: `${device.height * scale}px` }}
        >
          <div
            class="phone"
            style={{
              width: `${device.width}px`,
              height: `${device.height}px`,
              transform: scale < 1 ? `scale(${scale})` : undefined,
            }}
          >
            <iframe
              ref={frame}
              src={`frame/${search}`}
              title={texts.phone}
              onLoad={() => {
                if (frame.current !== null) connection.attach(frame.current);
              }}
            />
            {errors.length > 0 && errors !== dismissed && !showsProblems && (
              <div class="alarm" role="alert">
                <button type="button" class="alarm-text" onClick={onShowProblems}>
                  <Icon name="warning" />
                  <span>
                    <strong>{placeOf(errors[0]!)}</strong> {errors[0]!.message}
                    {errors.length > 1 && ` (+${errors.length - 1})`}
                  </span>
                </button>
                <IconButton icon="close" label={texts.dismiss} onClick={() => dismiss(errors)} />
              </div>
            )}
            {connection.highlighted !== undefined && (
              <Highlight frame={frame.current} rect={connection.highlighted} />
            )}
            {hiddenAt !== undefined && (
              <Cover
                since={hiddenAt}
                now={now}
                suspends={handle?.settings.suspends ?? true}
                texts={texts}
                onShow={() => handle?.show()}
              />
            )}
          </div>
          <p class="phone-foot">
            <span class="code ellipsis">
              {top?.path ?? (handle === undefined ? texts.starting : texts.noPage)}
            </span>
            <span class="weak">
              {device.width}×{device.height}
              {scale < 1 && ` · ${Math.round(scale * 100)}%`}
            </span>
          </p>
        </div>
      </div>
    </section>
  );
}

/** Marks a place of the page that the frame shows. */
function Highlight({
  frame,
  rect,
}: {
  readonly frame: HTMLIFrameElement | null;
  readonly rect: Rect;
}): JSX.Element {
  const page = frame?.contentDocument?.querySelector("wx-page-window:not([hidden])");
  const origin = page?.getBoundingClientRect();
  return (
    <div
      class="highlight"
      aria-hidden="true"
      style={{
        left: `${rect.left + (origin?.left ?? 0)}px`,
        top: `${rect.top + (origin?.top ?? 0)}px`,
        width: `${rect.width}px`,
        height: `${rect.height}px`,
      }}
    >
      <span>
        {Math.round(rect.width)}×{Math.round(rect.height)}
      </span>
    </div>
  );
}

/** From hiding to suspension, as on a phone. */
const SUSPEND_MS = 5_000;

interface CoverProps {
  readonly since: number;
  readonly now: number;
  readonly suspends: boolean;
  readonly texts: Texts;
  readonly onShow: () => void;
}

function Cover({ since, now, suspends, texts, onShow }: CoverProps): JSX.Element {
  const left = Math.max(0, Math.ceil((SUSPEND_MS - (now - since)) / 1_000));
  return (
    <div class="cover">
      <div role="status">
        <p class="cover-title">{suspends && left === 0 ? texts.suspended : texts.inBackground}</p>
        <p>{suspends ? (left > 0 ? texts.suspendsIn(left) : texts.suspendedHint) : texts.neverSuspends}</p>
      </div>
      <button type="button" class="primary" onClick={onShow}>
        {texts.show}
      </button>
    </div>
  );
}
