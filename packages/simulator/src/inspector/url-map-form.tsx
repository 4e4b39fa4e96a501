import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { FrameConnection } from "./connection.js";
import type { Texts } from "./texts.js";
import { formatUrlRules, parseUrlRules } from "./url-rules.js";

interface UrlMapFormProps {
  readonly connection: FrameConnection;
  readonly texts: Texts;
  readonly onDone: () => void;
}

/** Where addresses lead, a rule a line: for sockets and requests that are opened from now on. */
export function UrlMapForm({ connection, texts, onDone }: UrlMapFormProps): JSX.Element {
  const [typed, setTyped] = useState(() => formatUrlRules(connection.handle?.map ?? []));
  const { rules, problems } = parseUrlRules(typed);
  const isBad = problems.length > 0;
  const apply = (): void => {
    if (isBad) return;
    connection.setMap(rules);
    onDone();
  };
  return (
    <form
      class="url-map"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <label class="field stacked">
        <span>{texts.urlMapRules}</span>
        <textarea
          class="code"
          rows={5}
          spellcheck={false}
          wrap="off"
          placeholder="wss://push.example.com -> ws://127.0.0.1:3000"
          aria-invalid={isBad}
          aria-describedby="url-map-problems"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            apply();
          }}
        />
      </label>
      <div id="url-map-problems" role="status">
        {problems.map(({ line, fault }) => (
          <p class="bad" key={line}>
            {texts.atLine(line)} {texts.urlMapFaults[fault]}
          </p>
        ))}
      </div>
      <p class="weak">{texts.urlMapHelp}</p>
      <div class="form-actions">
        <button type="submit" class="primary" disabled={isBad}>
          {texts.apply}
        </button>
        <button
          type="button"
          disabled={!connection.isMapChanged}
          title={texts.asStartedHint}
          onClick={() => {
            connection.resetMap();
            onDone();
          }}
        >
          {texts.asStarted}
        </button>
      </div>
    </form>
  );
}
