export { findChromium, openBrowser } from "./browser.js";
