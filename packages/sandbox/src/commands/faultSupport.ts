import { InvalidArgumentError, type Command } from "commander";
import { table, type Log } from "../cliSupport";
import { callAdmin, type RunningSandbox } from "../client";

/** A fault in a table: id, kind and its other fields. */
export type ShownFault = Readonly<Record<string, string | number | readonly string[]>> & {
  id: number;
  kind: string;
};

/** A whole number from 1 on. */
export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError("allowed: a whole number, at least 1");
  return Number(text);
}

/** Faults as the rows of a table. */
export function faultRows(faults: readonly ShownFault[]): string[][] {
  const rows = faults.map(({ id, kind, ...rest }) => [
    id.toString(),
    kind,
    Object.entries(rest)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(" "),
  ]);
  return [["ID", "KIND", "WHAT"], ...rows];
}

/** Starts a fault from its fields. */
export type AddFault = (spec: Readonly<Record<string, unknown>>) => Promise<void>;

/** Starts faults of a service, and says how to end them. */
export function faultAdder(service: string, sandbox: () => RunningSandbox, log: Log): AddFault {
  return async (spec) => {
    const answer = await callAdmin(sandbox(), "POST", `/services/${service}/fault`, spec);
    const id = (answer as { fault: ShownFault }).fault.id.toString();
    const clear = `fault ${service} clear`;
    log(`fault ${id} is active; to end it: \`${clear} ${id}\`, or \`${clear}\` for all`);
  };
}

/** Adds the commands that list and end the faults of a service. */
export function addFaultList(
  parent: Command,
  service: string,
  sandbox: () => RunningSandbox,
): void {
  parent
    .command("list")
    .option("--json", "print the faults as JSON", false)
    .description("list the active faults")
    .action(async ({ json }: { json: boolean }) => {
      const answer = await callAdmin(sandbox(), "POST", `/services/${service}/faults`);
      const { faults } = answer as { faults: ShownFault[] };
      console.log(json ? JSON.stringify(faults, null, 2) : table(faultRows(faults)));
    });
  parent
    .command("clear")
    .argument("[id]", "id of the fault; without it, all faults end", positive)
    .description("end faults")
    .action(async (id: number | undefined) => {
      await callAdmin(sandbox(), "POST", `/services/${service}/clear`, { id });
    });
}
