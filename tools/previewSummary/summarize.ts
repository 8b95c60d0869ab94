import { resourceTypes } from "../../lib/resourceTypes";
import { costDifference } from "./costDifference";
import type { Diagnostic, Preview, State, Step } from "./preview";

/** By this line a comment of an earlier preview is found, and edited. */
export const marker = "<!-- jitsi-hetzner preview -->";

/** GitHub takes 65,536 characters. */
const longest = 60_000;
const shownOps = ["create", "update", "replace", "delete"] as const;

/**
 * A preview as Markdown for a pull request: what happens, what is dangerous in it, what it costs. Values of
 * resources are not shown, but for the types of servers; what a preview says is text, never Markdown.
 */
export function summarize(preview: Preview, title = "Preview"): string {
  const steps = preview.steps.filter(({ op }) => (shownOps as readonly string[]).includes(op));
  const errors = preview.diagnostics.filter(({ severity }) => severity === "error");
  const parts = [
    marker,
    `### ${plain(title)}`,
    errors.length > 0 ? failure(errors) : headline(preview.changeSummary),
    ...warnings(steps),
    ...(errors.length > 0 ? [] : [cost(steps)]),
    ...details(steps),
    ...notes(preview.diagnostics),
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

function headline(summary: Preview["changeSummary"]): string {
  const count = (op: string): number => summary[op] ?? 0;
  if (shownOps.every((op) => count(op) === 0)) return `**No changes.** ${count("same")} unchanged.`;
  const changes = `**${count("create")} to create, ${count("replace")} to replace, ${count("delete")} to delete**`;
  return `${changes}, ${count("update")} to update, ${count("same")} unchanged.`;
}

function failure(errors: readonly Diagnostic[]): string {
  return `**The preview failed.** Nothing can be deployed until this is right:\n\n${fenced(errors)}`;
}

function warnings(steps: readonly Step[]): string[] {
  const servers = steps.filter((step) => stateOf(step)?.type === resourceTypes.server);
  const lines = servers.flatMap((step) => {
    const name = `\`${plain(nameOf(step))}\` (${plain(typeOf(step.oldState))})`;
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

function details(steps: readonly Step[]): string[] {
  // A component is a name for its parts, which are in the list themselves.
  const real = steps.filter((step) => stateOf(step)?.custom === true);
  if (real.length === 0) return [];
  const rows = real
    .map((step) => {
      const reasons = step.replaceReasons ?? step.diffReasons ?? [];
      const type = stateOf(step)?.type.split(":").pop() ?? "";
      const cells = [step.op, `\`${plain(nameOf(step))}\``, plain(type)];
      return `| ${[...cells, reasons.map(plain).join(", ")].join(" | ")} |`;
    })
    .sort();
  const table = ["| what | name | type | because of |", "| --- | --- | --- | --- |", ...rows];
  const count = `${real.length} ${real.length === 1 ? "resource" : "resources"}`;
  return [`<details><summary>${count}</summary>\n\n${table.join("\n")}\n\n</details>`];
}

function notes(diagnostics: readonly Diagnostic[]): string[] {
  const others = diagnostics.filter(
    ({ severity }) => severity === "info" || severity === "warning",
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
const nameOf = ({ urn }: Step): string => urn.split("::").pop() ?? "";
const typeOf = (state: State | undefined): string => {
  const type = state?.inputs?.serverType;
  return typeof type === "string" ? type : "";
};

/** Nothing in it can be Markdown, HTML or a mention. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._/$-]/g, "_").slice(0, 120);
}
