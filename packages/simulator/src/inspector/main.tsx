import { render } from "preact";
import { App } from "./app.js";
import { createFrameConnection } from "./connection.js";
import "./styles/theme.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/phone.css";
import "./styles/lists.css";
import "./styles/sockets.css";
import "./styles/details.css";

const connection = createFrameConnection();

// People and tests reach the running program from the outer page as well; always the frame's present one.
Object.defineProperty(window, "simulator", { get: () => connection.handle, configurable: true });

render(<App connection={connection} />, document.querySelector("#app")!);
