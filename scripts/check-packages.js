// publint over every package that will be published; any error or warning fails.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

let failed = 0;
for (const name of readdirSync("packages")) {
  const pkgDir = join("packages", name);
  const pkg = JSON.parse(readFileSync(join(pkgDir, "package.json"), "utf8"));
  if (pkg.private) continue;
  const { messages } = await publint({ pkgDir, level: "warning", strict: true });
  for (const message of messages) {
    failed += 1;
    console.error(`${pkg.name}: ${formatMessage(message, pkg)}`);
  }
}
if (failed > 0) process.exit(1);
