import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { FrameConnection } from "./connection.js";
import { IconButton } from "./controls.js";
import { FileButton } from "./file-button.js";
import { saveText } from "./file-download.js";
import { FrameList } from "./frame-list.js";
import { formatRecording, parseRecording } from "./recording-file.js";
import type { Settings } from "./settings.js";
import { SocketTable } from "./socket-table.js";
import { Splitter } from "./splitter.js";

interface SocketsPanelProps {
  readonly connection: FrameConnection;
  readonly settings: Settings;
  readonly now: number;
}

export function SocketsPanel({ connection, settings, now }: SocketsPanelProps): JSX.Element {
  const { recording } = connection;
  const { sockets } = recording;
  const { texts, preferences, change } = settings;
  const [key, choose] = useState<number | undefined>(undefined);
  const [failure, setFailure] = useState("");
  // Until the reader chooses one, the newest is looked at; and again when the chosen one is gone.
  const chosen = sockets.find((entry) => entry.key === key) ?? sockets.at(-1);

  async function importFile(picked: File): Promise<void> {
    try {
      recording.addImported(parseRecording(await picked.text()));
      choose(recording.sockets.at(-1)?.key);
      setFailure("");
    } catch (error) {
      setFailure(`${picked.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    connection.changed();
  }

  const tools = (
    <>
      <span class="grow" />
      <IconButton
        icon="clear"
        label={texts.clear}
        isDisabled={sockets.length === 0}
        onClick={() => {
          recording.clearSockets();
          connection.changed();
        }}
      />
      <IconButton
        icon="save"
        label={texts.exportFile}
        isDisabled={sockets.length === 0}
        onClick={() =>
          saveText(
            "sockets.jsonl",
            formatRecording(sockets.map(({ record, events }) => ({ record, events: events.toArray() }))),
          )
        }
      />
      <FileButton
        label={texts.importFile}
        accept=".jsonl,application/jsonl,text/plain"
        onFile={(file) => void importFile(file)}
      />
    </>
  );
  return (
    <div class="sockets">
      {failure !== "" && (
        <p class="failure" role="alert">
          {failure}
          <IconButton icon="close" label={texts.dismiss} onClick={() => setFailure("")} />
        </p>
      )}
      {chosen === undefined ? (
        <>
          <div class="tools">{tools}</div>
          <p class="empty">{texts.noSockets}</p>
        </>
      ) : (
        <>
          <SocketTable
            sockets={sockets}
            chosen={chosen}
            texts={texts}
            now={now}
            height={preferences.socketsHeight}
            onChoose={choose}
          />
          <Splitter
            label={texts.socketsSize}
            orientation="horizontal"
            size={preferences.socketsHeight}
            min={56}
            max={480}
            isBefore
            onResize={(socketsHeight) => change({ socketsHeight })}
          />
          <FrameList
            key={chosen.key}
            connection={connection}
            entry={chosen}
            settings={settings}
            tools={tools}
            onSend={
              chosen.era === "now" && chosen.record.state === "open"
                ? (data) => connection.handle?.sendOn(chosen.record.id, data)
                : undefined
            }
          />
        </>
      )}
    </div>
  );
}
