import { readFileSync } from "node:fs";
import { exitCodes, type ExitCode } from "../commands";
import { runTool } from "../runTool";
import { costDifference } from "./costDifference";
import { parsePreview, UnreadablePreview } from "./preview";
import { hasFailed, hostsOf, summarize } from "./summarize";

const usage = `usage: npm run -s preview:summary -- [OPTIONS] [FILE]

Reads what \`pulumi preview --json\` printed, from FILE or standard input, and prints Markdown.

  --title TEXT   the heading; default Preview`;

/** @param file by default standard input */
function main({ title, json }: { title?: string; json: boolean }, file?: string): ExitCode {
  const preview = parsePreview(read(file));
  const failed = hasFailed(preview);
  const report = {
    failed,
    hosts: hostsOf(preview) ?? null,
    changes: preview.changeSummary,
    cost: costDifference(preview.steps),
  };
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : summarize(preview, title));
  return failed ? exitCodes.no : exitCodes.done;
}

function read(file?: string): string {
  try {
    return readFileSync(file ?? 0, "utf8");
  } catch (error) {
    throw new UnreadablePreview(`the preview cannot be read: ${(error as Error).message}`);
  }
}

runTool({
  name: "preview:summary",
  usage,
  options: { title: { type: "string" } },
  arguments: 1,
  main: (options, [file]) => main(options, file),
});
