/** Runs in the browser: the runtime over the relay, as the frame page has it. */
import { createRuntime } from "@weapp-socket/runtime/core";
import { offerSuite, type SuiteRuntime } from "@weapp-socket/testkit/suites/runtime";
// By its file: tests are compiled as Node's, and only browsers have it.
import { createBrowserClock } from "../../../runtime/src/browser/clock.js";
import { openRelay } from "../../src/relay/page/relay.js";

const clock = createBrowserClock();

void openRelay(location.href, "any").then(({ transport }) =>
  offerSuite((options) => createRuntime({ clock, ...options, transport }) as unknown as SuiteRuntime),
);
