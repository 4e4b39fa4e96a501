import { render } from "preact";
import { App } from "./app.js";
import { createFrameConnection } from "./connection.js";
import "./inspector.css";
import "./sockets.css";

const connection = createFrameConnection();

// People and tests reach the running program from the outer page as well; always the frame's present one.
Object.defineProperty(window, "simulator", { get: () => connection.handle, configurable: true });

render(<App connection={connection} />, document.querySelector("#app")!);
