import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { LinkFailureCause, NetworkType } from "@weapp-socket/runtime/core";
import { GOOD_CONDITIONS, type Conditions } from "../faults/conditions.js";
import { mayBeSent } from "./close-code.js";
import type { FrameConnection } from "./connection.js";
import { Pick, Popover, Toggle } from "./controls.js";
import { formatBytes, formatDuration } from "./format.js";
import { Icon } from "./icons.js";
import type { Texts } from "./texts.js";

const networkTypes: readonly NetworkType[] = ["wifi", "5g", "4g", "3g", "2g", "none", "unknown"];
const latencies = [0, 50, 100, 300, 1_000, 3_000, 10_000];
const jitters = [0, 20, 100, 500, 2_000];
/** Bytes a second; 0: no limit. */
const bandwidths = [0, 1_048_576, 131_072, 32_768, 8_192, 1_024];
const causes: readonly LinkFailureCause[] = ["refused", "dns", "reset", "tls", "timeout", "status"];

interface ConditionsBarProps {
  readonly connection: FrameConnection;
  readonly texts: Texts;
}

/** The weather: what the network and the servers are like, and what befalls the connections. */
export function ConditionsBar({ connection, texts }: ConditionsBarProps): JSX.Element {
  const { handle, networkType } = connection;
  const faults = handle?.faults;
  const conditions = faults?.conditions ?? GOOD_CONDITIONS;
  const off = handle === undefined;
  const run = handle?.scenario;
  const change = (changes: Partial<Conditions>): void => connection.changeConditions(changes);
  const isChanged =
    networkType !== "wifi" ||
    Object.entries(GOOD_CONDITIONS).some(([name, good]) => conditions[name as keyof Conditions] !== good);
  return (
    <div class="conditions" role="group" aria-label={texts.conditions} data-changed={isChanged}>
      <Pick
        label={texts.network}
        values={networkTypes}
        chosen={networkType}
        isDisabled={off}
        name={(type) => texts.networks[type]}
        onPick={(type) => connection.setNetworkType(type)}
      />
      <NumberPick
        label={texts.latency}
        values={latencies}
        chosen={conditions.latencyMs}
        isDisabled={off}
        name={formatDuration}
        onPick={(latencyMs) => change({ latencyMs })}
      />
      <NumberPick
        label={texts.jitter}
        values={jitters}
        chosen={conditions.jitterMs}
        isDisabled={off}
        name={(ms) => `± ${formatDuration(ms)}`}
        onPick={(jitterMs) => change({ jitterMs })}
      />
      <NumberPick
        label={texts.bandwidth}
        values={bandwidths}
        chosen={conditions.bytesPerSecond ?? 0}
        isDisabled={off}
        name={(bytes) => (bytes === 0 ? texts.unlimited : `${formatBytes(bytes)}/s`)}
        onPick={(bytes) => change({ bytesPerSecond: bytes === 0 ? null : bytes })}
      />
      <Toggle
        label={texts.offline}
        hint={texts.offlineHint}
        isOn={conditions.offline}
        isDisabled={off}
        onToggle={(offline) => change({ offline })}
      />
      <Toggle
        label={texts.pauseServer}
        hint={texts.pauseServerHint}
        isOn={conditions.paused}
        isDisabled={off}
        onToggle={(paused) => change({ paused })}
      />
      <span class="rule" />
      <button type="button" disabled={off} title={texts.cutHint} onClick={() => faults?.cut()}>
        {texts.cut}
      </button>
      <button type="button" disabled={off} title={texts.halfOpenHint} onClick={() => faults?.halfOpen()}>
        {texts.halfOpen}
      </button>
      <Popover label={texts.closeWith} hint={texts.closeWithHint} isDisabled={off}>
        {(close) => (
          <CloseForm
            texts={texts}
            onClose={(code, reason) => {
              faults?.close(code, reason);
              close();
            }}
          />
        )}
      </Popover>
      <Popover label={texts.refuseNext} hint={texts.refuseNextHint} isDisabled={off}>
        {(close) => (
          <RefuseForm
            texts={texts}
            onRefuse={(count, cause) => {
              faults?.rejectNext(count, cause);
              close();
            }}
          />
        )}
      </Popover>
      {run?.state === "playing" && (
        <button type="button" class="primary" title={texts.stopScenarioHint} onClick={() => run.stop()}>
          <Icon name="stop" />
          {texts.stopScenario}
        </button>
      )}
      {isChanged && (
        <button
          type="button"
          class="reset"
          disabled={off}
          title={texts.resetHint}
          onClick={() => {
            connection.setNetworkType("wifi");
            change(GOOD_CONDITIONS);
          }}
        >
          {texts.reset}
        </button>
      )}
    </div>
  );
}

interface NumberPickProps {
  readonly label: string;
  readonly values: readonly number[];
  readonly chosen: number;
  readonly isDisabled: boolean;
  readonly name: (value: number) => string;
  readonly onPick: (value: number) => void;
}

/** A script may have chosen a value that is not in the list: then it is listed as well. */
function NumberPick({ values, chosen, name, onPick, ...rest }: NumberPickProps): JSX.Element {
  const all = values.includes(chosen) ? values : [...values, chosen].toSorted((one, other) => one - other);
  return (
    <Pick
      {...rest}
      values={all.map(String)}
      chosen={String(chosen)}
      name={(value) => name(Number(value))}
      onPick={(value) => onPick(Number(value))}
    />
  );
}

/** Close codes that servers send; others can be typed. */
const usualCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 4000, 4401, 4500];

/** UTF-8 bytes of a reason, by RFC 6455. */
const MAX_REASON_BYTES = 123;

interface CloseFormProps {
  readonly texts: Texts;
  readonly onClose: (code: number, reason: string) => void;
}

function CloseForm({ texts, onClose }: CloseFormProps): JSX.Element {
  const [code, setCode] = useState("1001");
  const [reason, setReason] = useState("");
  const isLong = new TextEncoder().encode(reason).length > MAX_REASON_BYTES;
  const isBad = !mayBeSent(Number(code));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isLong && !isBad) onClose(Number(code), reason);
      }}
    >
      <label class="field">
        <span>{texts.closeCode}</span>
        <input
          inputMode="numeric"
          list="close-codes"
          value={code}
          aria-invalid={isBad}
          onInput={(event) => setCode(event.currentTarget.value)}
        />
        <datalist id="close-codes">
          {usualCodes.map((usual) => (
            <option key={usual} value={usual} />
          ))}
        </datalist>
      </label>
      <label class="field">
        <span>{texts.closeReason}</span>
        <input
          value={reason}
          aria-invalid={isLong}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      {isBad && <p class="bad">{texts.badCode}</p>}
      {isLong && <p class="bad">{texts.longReason}</p>}
      <button type="submit" class="primary" disabled={isBad || isLong}>
        {texts.closeNow}
      </button>
    </form>
  );
}

interface RefuseFormProps {
  readonly texts: Texts;
  readonly onRefuse: (count: number, cause: LinkFailureCause) => void;
}

function RefuseForm({ texts, onRefuse }: RefuseFormProps): JSX.Element {
  const [count, setCount] = useState("1");
  const [cause, setCause] = useState<LinkFailureCause>("refused");
  const isBad = !/^[1-9]\d{0,2}$/.test(count);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBad) onRefuse(Number(count), cause);
      }}
    >
      <label class="field">
        <span>{texts.howMany}</span>
        <input
          inputMode="numeric"
          value={count}
          aria-invalid={isBad}
          onInput={(event) => setCount(event.currentTarget.value)}
        />
      </label>
      <Pick
        label={texts.cause}
        values={causes}
        chosen={cause}
        name={(value) => texts.causes[value] ?? value}
        onPick={setCause}
      />
      <button type="submit" class="primary" disabled={isBad}>
        {texts.refuseNow}
      </button>
    </form>
  );
}
