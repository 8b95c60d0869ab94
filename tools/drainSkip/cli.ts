import { bridgeName, localBridgeName } from "../../lib/bridgeNames";
import { OperatorError } from "../../lib/errors";
import { exitCodes, type ExitCode } from "../commands";
import { confirm } from "../confirm";
import { PulumiCli } from "../pulumiCli";
import { flag, runTool, stackOption } from "../runTool";
import { readExport } from "../stackExport";
import { planMachineSkip } from "./machine";
import { isRecorder, planSkip, type BridgeId, type SkipPlan } from "./plan";

const usage = `usage: npm run drain:skip -- BRIDGE|RECORDER|MACHINE [OPTIONS]

Removes the drain of a bridge from the stack's state. Use it if the web host cannot be reached, because drains run
there. Nothing runs on any host. When the bridge is removed after that, its participants are cut off. BRIDGE is its
number, or local for the bridge on the web host. RECORDER is its name, such as jibri-0: its recordings that are not at
their target are lost when it is removed. MACHINE is the name of an existing machine that cannot be reached any
more: the state also loses the step that leaves it as it was found.

  --stack NAME   another stack than the selected one
  --yes          does not ask`;

interface Options {
  readonly stack?: string;
  readonly json: boolean;
  readonly yes: boolean;
}

async function main({ stack, json, yes }: Options, text = ""): Promise<ExitCode> {
  const pulumi = new PulumiCli(stack);
  const recorder = isRecorder(text);
  if (/^[a-z]/.test(text) && text !== localBridgeName && !recorder)
    return skipMachine(pulumi, text, json, yes);
  if (!recorder && !/^(\d{1,2}|local)$/.test(text)) {
    throw new OperatorError(
      "one bridge is needed: its number, such as 1, local, or the name of an existing machine: npm run drain:skip -- 1",
    );
  }
  const bridge: BridgeId = text === localBridgeName || recorder ? text : Number(text);
  const plan = planSkip(readExport(await pulumi.answer("stack", "export")), bridge);
  const short = typeof bridge === "string" ? bridge : bridgeName(bridge);
  const name = bridge === localBridgeName ? "the web host's own bridge" : short;
  console.error(recorder ? lostRecordings(name) : consequences(plan, name));
  const again = `npm run drain:skip -- ${bridge} --yes`;
  const end = (skipped: boolean): ExitCode => {
    const result = { bridge: short, skipped, alsoOut: plan.checks };
    if (json) console.log(JSON.stringify(result, null, 2));
    return skipped ? exitCodes.done : exitCodes.no;
  };
  if (!yes && !(await confirm(`Remove the drain of ${name} from the state?`, again)))
    return end(false);
  const dependents = plan.checks.length > 0 ? ["--target-dependents"] : [];
  await pulumi.answer("state", "delete", plan.drain, "--yes", ...dependents);
  console.error(`The drain of ${name} is not in the state any more.`);
  if (plan.server !== undefined) console.error(withoutWebHost(plan.server));
  return end(true);
}

async function skipMachine(
  pulumi: PulumiCli,
  machine: string,
  json: boolean,
  yes: boolean,
): Promise<ExitCode> {
  const { steps, state } = planMachineSkip(await pulumi.answer("stack", "export"), machine);
  console.error(machineConsequences(machine, steps));
  const end = (skipped: boolean): ExitCode => {
    if (json) console.log(JSON.stringify({ bridge: machine, skipped, alsoOut: steps }, null, 2));
    return skipped ? exitCodes.done : exitCodes.no;
  };
  const again = `npm run drain:skip -- ${machine} --yes`;
  if (!yes && !(await confirm(`Give up the machine ${machine}?`, again))) return end(false);
  await pulumi.take(state, "stack", "import");
  console.error(`Now remove ${machine} from existingNodes, and run: pulumi up`);
  return end(true);
}

function machineConsequences(machine: string, steps: readonly string[]): string {
  return [
    `The removal of ${machine} will run nothing on the machine any more: ${steps.join(", ")}.`,
    "Participants on it are cut off. Packages, users, files and rules of this program stay on it, if it still exists.",
    "The web host closes port 5222 for it and ends its forward, as at every removal.",
    "If it stays declared, the next `pulumi up` undoes this.",
  ].join("\n");
}

function lostRecordings(name: string): string {
  return [
    `The drain of ${name} will be removed from the state of the stack. Nothing happens on the hosts.`,
    "When you remove the recorder from the settings and run `pulumi up`, a recording that runs on it is cut off,",
    "and recordings that are not at their target yet are lost with its server.",
  ].join("\n");
}

function consequences({ checks }: SkipPlan, name: string): string {
  const also =
    checks.length === 0
      ? []
      : [
          `${checks.join(", ")} depends on it and leaves the state too; the next \`pulumi up\` creates it again.`,
        ];
  return [
    `The drain of ${name} will be removed from the state of the stack. Nothing happens on the hosts.`,
    ...also,
    "When you remove the bridge from the settings and run `pulumi up`, its participants are not moved, but cut off.",
    "If jicofo runs, it invites them again on another bridge.",
    "If the bridge stays declared, the next `pulumi up` creates the drain again, and puts the bridge into service.",
  ].join("\n");
}

/** An `up` first writes the policy file on the web host. A targeted destroy does not need the web host. */
function withoutWebHost(server: string): string {
  return [
    "Now remove the bridge from the settings, and run: pulumi up. If that fails because the web host does not answer:",
    `  pulumi destroy --target '${server}' --target-dependents`,
    "deletes the bridge's server and names without the web host.",
  ].join("\n");
}

runTool({
  name: "drain:skip",
  usage,
  options: { ...stackOption, yes: flag },
  arguments: 1,
  main: (options, [bridge]) => main(options, bridge),
});
