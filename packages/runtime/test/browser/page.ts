/** Runs in the browser, on the browser's own WebSocket. */
import { offerSuite, type SuiteRuntime } from "@weapp-socket/testkit/suites/runtime";
import { createRuntime } from "../../src/browser/index.js";

offerSuite((options) => createRuntime(options) as unknown as SuiteRuntime);
