import { bridgeName, localBridgeName } from "../../lib/bridgeNames";
import { exitCodes, type ExitCode } from "../commands";
import { confirm } from "../confirm";
import { OperatorError } from "../../lib/errors";
import { PulumiCli } from "../pulumiCli";
import { flag, runTool, stackOption } from "../runTool";
import { readExport } from "../stackExport";
import { planSkip, type BridgeId, type SkipPlan } from "./plan";

const usage = `usage: npm run drain:skip -- BRIDGE [OPTIONS]

Takes the drain of a bridge out of the stack's state, for a web host that cannot be reached (drains run there).
Nothing runs on any host. When the bridge goes after that, people on it are cut. BRIDGE is its number, or local for
the one on the web host.

  --stack NAME   another stack than the selected one
  --yes          does not ask`;

interface Options {
  readonly stack?: string;
  readonly json: boolean;
  readonly yes: boolean;
}

async function main({ stack, json, yes }: Options, text = ""): Promise<ExitCode> {
  if (!/^(\d{1,2}|local)$/.test(text)) {
    throw new OperatorError(
      "one bridge is needed: its number, such as 1, or local: npm run drain:skip -- 1",
    );
  }
  const bridge: BridgeId = text === localBridgeName ? text : Number(text);
  const pulumi = new PulumiCli(stack);
  const plan = planSkip(readExport(await pulumi.answer("stack", "export")), bridge);
  const short = bridge === localBridgeName ? bridge : bridgeName(bridge);
  const name = bridge === localBridgeName ? "the web host's own bridge" : short;
  console.error(consequences(plan, name));
  const again = `npm run drain:skip -- ${bridge} --yes`;
  const end = (skipped: boolean): ExitCode => {
    const result = { bridge: short, skipped, alsoOut: plan.checks };
    if (json) console.log(JSON.stringify(result, null, 2));
    return skipped ? exitCodes.done : exitCodes.no;
  };
  if (!yes && !(await confirm(`Take the drain of ${name} out?`, again))) return end(false);
  const dependents = plan.checks.length > 0 ? ["--target-dependents"] : [];
  await pulumi.answer("state", "delete", plan.drain, "--yes", ...dependents);
  console.error(`The drain of ${name} is out of the state.`);
  if (plan.server !== undefined) console.error(withoutWebHost(plan.server));
  return end(true);
}

function consequences({ checks }: SkipPlan, name: string): string {
  const also =
    checks.length === 0
      ? []
      : [
          `With it goes ${checks.join(", ")}, which checks it; the next \`pulumi up\` makes it anew.`,
        ];
  return [
    `The drain of ${name} leaves the state of the stack. On the hosts nothing happens.`,
    ...also,
    "When the bridge goes, with `pulumi up` after it was taken out of the declaration, nobody is moved off it and",
    "nobody waits: people on it are cut, and jicofo, where it runs, invites them again on another bridge.",
    "If it stays declared, the next `pulumi up` makes the drain anew, and puts the bridge into service.",
  ].join("\n");
}

/** An `up` tells the web host first which bridges there are; a targeted destroy asks nothing of it. */
function withoutWebHost(server: string): string {
  return [
    "Now take the bridge out of the declaration, and: pulumi up. Where that stops because the web host does not answer:",
    `  pulumi destroy --target '${server}' --target-dependents`,
    "deletes the bridge's server and names all the same.",
  ].join("\n");
}

runTool({
  name: "drain:skip",
  usage,
  options: { ...stackOption, yes: flag },
  arguments: 1,
  main: (options, [bridge]) => main(options, bridge),
});
