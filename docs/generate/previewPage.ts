import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePreview } from "../../tools/previewSummary/preview";
import { summarize } from "../../tools/previewSummary/summarize";

/** The change before each recorded preview, by the name of the recording. */
const changes: Readonly<Record<string, string>> = {
  "scale-up": "More bridges: jvbCount from 2 to 4",
  "scale-down": "Fewer bridges: jvbCount from 4 to 2",
  type: "Another server type (jvbServerType): no change, because running hosts keep their type",
  "type-and-scale": "Another server type and a third bridge: only the new host gets the type",
  "local-bridge": "No bridge on a host of its own: jvbCount from 2 to 0",
  replace: "Replacement of one server (--replace)",
  heap: "Another heap of the bridges (bridgeHeapMb)",
  "jicofo-heap": "Another heap of jicofo (jicofoHeapMb)",
  version: "Another version of Jitsi (jitsiVersion)",
  account: "Another account of the bridges (jvbSecretVersion)",
  "drain-timeout": "Another time limit of drains (drainTimeout)",
  "host-code": "Changed code of a step on all hosts",
  "web-code": "Changed code of a step on the web host that prints values for bridges",
  "firewall-rule": "A new firewall rule in the code of the program",
  "config-error": "An invalid setting",
};

/** The page with examples of the comments, from recorded previews of a real cluster in the sandbox. */
export function previewPage(recordings: string): string {
  const sections = Object.entries(changes).map(([name, change]) => {
    const text = readFileSync(join(recordings, `${name}.json`), "utf8");
    return `---\n\n## ${change}\n\n${summarize(parsePreview(text), "Preview of sandbox").trim()}`;
  });
  return [
    "<!-- Made from test/unit/tools/previewSummary/previews by `npm run -s reference`; change it there. -->",
    "# Examples of preview comments",
    "A workflow writes these comments under a pull request ([pull-requests.md](pull-requests.md)). Each example is made from a recorded `pulumi preview --json` of a real cluster in the sandbox.",
    ...sections,
  ]
    .join("\n\n")
    .concat("\n");
}
