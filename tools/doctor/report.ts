import { nameOf } from "../../lib/resourceNames";
import { table } from "../table";
import { describeOperation, isHealthy, type Diagnosis, type Orphan } from "./diagnosis";
import type { Lock } from "./lock";

/** The result as text: a section for each kind of problem, with what to do about it. */
export function report(diagnosis: Diagnosis): string {
  const { stack, lock, pending, orphans, missing } = diagnosis;
  if (isHealthy(diagnosis)) {
    return `Stack ${stack}: its state and Hetzner Cloud agree.`;
  }
  const sections = [
    lock === undefined ? [] : [`Locked: ${describeLock(lock)}.`],
    section(
      "Interrupted operations, whose result is unknown:",
      pending.map((operation) => [describeOperation(operation)]),
    ),
    section(
      "At Hetzner with this stack's labels, but not in its state:",
      orphans.map(({ object, reason }) => [object.kind, object.id, object.name, reason]),
      ["KIND", "ID", "NAME", "WHY"],
    ),
    section(
      "In the state, but not at Hetzner (or without the stack's labels there):",
      missing.map(({ kind, id, urn }) => [kind, id, nameOf(urn)]),
      ["KIND", "ID", "NAME"],
    ),
    ...advice(diagnosis),
  ];
  return [`Stack ${stack}`, ...sections.map((lines) => lines.join("\n"))]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** The result for scripts: complete and stable. */
export function reportJson(diagnosis: Diagnosis): string {
  return JSON.stringify(
    { healthy: isHealthy(diagnosis), ...diagnosis, lock: diagnosis.lock ?? null },
    null,
    2,
  );
}

/** What `--repair` does, what it keeps, and what the operator has to do. */
function advice(diagnosis: Diagnosis): string[][] {
  const { lock, pending, orphans, missing } = diagnosis;
  if (lock !== undefined && lock.process !== "dead") return [waitFor(lock.process)];
  const deleted = orphans.filter(({ kept }) => kept === undefined);
  const repairs = [
    ...(lock === undefined ? [] : ["release the lock (pulumi cancel)"]),
    ...deleted.map(({ object }) => `delete the ${describe(object)}`),
    ...(pending.length === 0 ? [] : ["forget the interrupted operations (pulumi refresh)"]),
  ];
  const left = orphans.flatMap(({ object, kept }) =>
    kept === undefined ? [] : [`${describe(object)}: ${kept}`],
  );
  return [
    section(
      "`npm run doctor -- --repair` will:",
      repairs.map((line) => [line]),
    ),
    section(
      "It keeps:",
      left.map((line) => [line]),
    ),
    missing.length === 0
      ? []
      : ["`pulumi refresh` removes what is missing from the state, `pulumi up` creates it again."],
  ];
}

function waitFor(process: "alive" | "unknown"): string[] {
  const what =
    process === "alive"
      ? "Wait until it has ended"
      : "If no pulumi runs there any more: `pulumi cancel`";
  return [
    `${what}, then: npm run doctor`,
    "The doctor repairs nothing before that: what a run is creating is not in the state yet.",
  ];
}

const describe = ({ kind, id, name }: Orphan["object"]): string =>
  kind === "record" ? `${kind} ${id}` : `${kind} ${name} (${id})`;

function describeLock({ holder, since, process }: Lock): string {
  const by = `by ${holder}${since === undefined ? "" : ` since ${since}`}`;
  switch (process) {
    case "dead":
      return `${by}; that process is gone`;
    case "alive":
      return `${by}; that process is running`;
    case "unknown":
      return `${by}; it is not known here whether that process still runs`;
  }
}

function section(title: string, rows: readonly string[][], heading?: string[]): string[] {
  if (rows.length === 0) return [];
  return [title, table(heading === undefined ? rows : [heading, ...rows], "  ")];
}
