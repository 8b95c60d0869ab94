import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePreview } from "./preview";
import { summarize } from "./summarize";

/** Recorded preview to what was changed before it. */
const changes: Readonly<Record<string, string>> = {
  "scale-up": "jvbCount from 2 to 4",
  "scale-down": "jvbCount from 4 to 2",
  type: "Another server type (jvbServerType): running hosts keep theirs, so nothing changes",
  "type-and-scale": "Another server type, and a third bridge: the new host gets it",
  replace: "A server is replaced by hand (--replace)",
  "firewall-rule": "A new firewall rule, in the program's code",
  "config-error": "A mistake in a setting",
};

/** The page that shows the comments, made from previews of a real cluster in the sandbox. */
export function previewPage(recordings: string): string {
  const sections = Object.entries(changes).map(([name, change]) => {
    const text = readFileSync(join(recordings, `${name}.json`), "utf8");
    return `---\n\n## ${change}\n\n${summarize(parsePreview(text), "Preview of sandbox").trim()}`;
  });
  return [
    "<!-- Made from test/unit/ci/previews by `npm run -s reference`; change it there. -->",
    "# What a pull request's comment says",
    "Each from a recorded `pulumi preview --json` of a real cluster in the sandbox. How the comments come about: [pull-requests.md](pull-requests.md).",
    ...sections,
  ]
    .join("\n\n")
    .concat("\n");
}
