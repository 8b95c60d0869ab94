import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { costDifference } from "./costDifference";
import { parsePreview, UnreadablePreview } from "./preview";
import { hasFailed, summarize } from "./summarize";

const usage = `usage: npm run -s preview:summary -- [--title TEXT] [--json] [FILE]

Reads what \`pulumi preview --json\` printed, from FILE or standard input, and prints Markdown.
--title TEXT  the heading; default Preview
--json        counts and cost difference as JSON instead

Exit codes: 0 the preview succeeded; 1 it failed, and the Markdown says why; 2 there is no preview to read.`;

function main(): number {
  const { values, positionals } = parseArgs({
    options: { title: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean" } },
    allowPositionals: true,
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const preview = parsePreview(readFileSync(positionals[0] ?? 0, "utf8"));
  const failed = hasFailed(preview);
  const report = { failed, changes: preview.changeSummary, cost: costDifference(preview.steps) };
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify(report, null, 2)}\n`
      : summarize(preview, values.title),
  );
  return failed ? 1 : 0;
}

try {
  process.exitCode = main();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const known = error instanceof UnreadablePreview || code !== undefined;
  console.error(`preview:summary: ${message}${known ? "" : `\n${usage}`}`);
  process.exitCode = 2;
}
