import { hostChanges } from "../../lib/changes/hostChanges";
import { hostsLine } from "../../lib/changes/hostsLine";
import { nameOf } from "../../lib/resourceNames";
import { resourceTypes } from "../../lib/resourceTypes";
import { costDifference } from "./costDifference";
import type { Diagnostic, Preview, State, Step } from "./preview";

/** By this line the comment of an earlier preview is found and edited. */
export const marker = "<!-- jitsi-hetzner preview -->";

/** GitHub accepts 65,536 characters. */
const longest = 60_000;
const shownOps = ["create", "update", "replace", "delete"] as const;

/**
 * A preview as Markdown for a pull request: what happens to hosts, what is dangerous in it, what it costs, and folded away
 * the resources. Values of resources are not shown, but for types and locations of servers; what a preview says is text,
 * never Markdown.
 */
export function summarize(preview: Preview, title = "Preview"): string {
  const steps = preview.steps.filter(({ op }) => (shownOps as readonly string[]).includes(op));
  const hosts = hostsOf(preview);
  const errors = preview.diagnostics.filter(({ severity }) => severity === "error");
  const parts = [
    marker,
    `### ${plain(title)}`,
    ...(errors.length > 0 ? [failure(errors)] : hosts === undefined ? [] : [`**${hosts}**`]),
    ...warnings(steps),
    ...(errors.length > 0 ? [] : [cost(steps)]),
    ...(errors.length > 0 && steps.length === 0 ? [] : details(steps, preview.changeSummary)),
    ...notes(preview.diagnostics, hosts),
  ];
  const text = parts.join("\n\n") + "\n";
  return text.length <= longest
    ? text
    : `${text.slice(0, longest)}\n\n… cut; the job's log has all.\n`;
}

/** Whether the preview ended in an error. */
export function hasFailed({ diagnostics }: Preview): boolean {
  return diagnostics.some(({ severity }) => severity === "error");
}

/** What the preview does to hosts; absent if it failed, or if its steps cannot be read. */
export function hostsOf(preview: Preview): string | undefined {
  const changes = hostChanges(preview.steps);
  const isReadable = changes.some || shownOps.every((op) => count(preview.changeSummary, op) === 0);
  return hasFailed(preview) || !isReadable ? undefined : hostsLine(changes);
}

const count = (summary: Preview["changeSummary"], op: string): number => summary[op] ?? 0;

function counts(summary: Preview["changeSummary"]): string {
  const of = (op: string): number => count(summary, op);
  const changes = `${of("create")} to create, ${of("replace")} to replace, ${of("delete")} to delete`;
  return `${changes}, ${of("update")} to update, ${of("same")} unchanged`;
}

function failure(errors: readonly Diagnostic[]): string {
  return `**The preview failed.** Nothing can be deployed until this is right:\n\n${fenced(errors)}`;
}

function warnings(steps: readonly Step[]): string[] {
  const servers = steps.filter((step) => stateOf(step)?.type === resourceTypes.server);
  const lines = servers.flatMap((step) => {
    const name = `\`${plain(nameOf(step.urn))}\` (${plain(typeOf(step.oldState))})`;
    if (step.op === "delete") return [`deletes the server ${name}`];
    if (step.op === "replace") return [`replaces the server ${name}`];
    const powersOff = step.op === "update" && step.diffReasons?.includes("serverType");
    return powersOff ? [`powers off the server ${name} to change its type`] : [];
  });
  if (lines.length === 0) return [];
  return [["> [!WARNING]", ...lines.sort().map((line) => `> This ${line}.`)].join("\n> \n")];
}

function cost(steps: readonly Step[]): string {
  const { difference, unknown } = costDifference(steps);
  const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
  const amount = `**${sign}${Math.abs(difference).toFixed(2)} EUR a month**`;
  const types = unknown.map((type) => `\`${plain(type)}\``).join(", ");
  const rest = unknown.length === 0 ? "" : ` No price is known of ${types}: not in the sum.`;
  return `Cost: ${amount}, net, at list prices of mid-2026; servers and IPv4 addresses.${rest}`;
}

function details(steps: readonly Step[], summary: Preview["changeSummary"]): string[] {
  // A component only groups its parts, which are in the list themselves.
  const real = steps.filter((step) => stateOf(step)?.custom === true);
  if (real.length === 0) return [`Resources: ${counts(summary)}.`];
  const rows = real
    .map((step) => {
      const reasons = step.replaceReasons ?? step.diffReasons ?? [];
      const type = stateOf(step)?.type.split(":").pop() ?? "";
      const cells = [step.op, `\`${plain(nameOf(step.urn))}\``, plain(type)];
      return `| ${[...cells, reasons.map(plain).join(", ")].join(" | ")} |`;
    })
    .sort();
  const table = ["| what | name | type | because of |", "| --- | --- | --- | --- |", ...rows];
  const title = `Resources: ${counts(summary)}`;
  return [`<details><summary>${title}</summary>\n\n${table.join("\n")}\n\n</details>`];
}

function notes(diagnostics: readonly Diagnostic[], hosts: string | undefined): string[] {
  const others = diagnostics.filter(
    ({ severity, message }) =>
      (severity === "info" || severity === "warning") &&
      // The program says the same line.
      message.trim() !== `This ${hosts ?? ""}`,
  );
  return others.length === 0 ? [] : [`Notes of the program:\n\n${fenced(others)}`];
}

function fenced(diagnostics: readonly Diagnostic[]): string {
  const text = diagnostics.map(({ message }) => message.replace(/\u001b\[[\d;]*m/g, "").trim());
  const body = text.join("\n");
  const longestRun = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longestRun + 1);
  return `${fence}text\n${body}\n${fence}`;
}

const stateOf = ({ newState, oldState }: Step): State | undefined => newState ?? oldState;
const typeOf = (state: State | undefined): string => {
  const type = state?.inputs?.serverType;
  return typeof type === "string" ? type : "";
};

/** Text that contains no Markdown, no HTML and no mention. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._/$-]/g, "_").slice(0, 120);
}
