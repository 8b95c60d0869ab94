import { parseArgs } from "node:util";
import { localBridgeName } from "../../components/bridgePlan";
import { confirm } from "../confirm";
import { OperatorProblem } from "../operatorProblem";
import { PulumiCli } from "../pulumiCli";
import { runTool } from "../runTool";
import { readExport } from "../stackExport";
import { planSkip, type BridgeId, type SkipPlan } from "./plan";

const usage = `usage: npm run drain:skip -- BRIDGE [OPTIONS]

Takes the drain of a bridge out of the stack's state, for a web host that cannot be reached (drains run there).
Nothing runs on any host. When the bridge goes after that, people on it are cut. BRIDGE is its number, or local for
the one on the web host.

  --stack NAME   another stack than the selected one
  --yes          does not ask

Exit codes: 0 it is out, 1 it is not.`;

async function main(args: readonly string[]): Promise<number> {
  const { bridge, stack, yes, help } = parseOptions(args);
  if (help) {
    console.log(usage);
    return 0;
  }
  const pulumi = new PulumiCli(stack);
  const plan = planSkip(readExport(await pulumi.answer("stack", "export")), bridge);
  const name = bridge === localBridgeName ? "the web host's own bridge" : `jvb-${bridge}`;
  console.error(consequences(plan, name));
  const again = `npm run drain:skip -- ${bridge} --yes`;
  if (!yes && !(await confirm(`Take the drain of ${name} out?`, again))) return 1;
  const dependents = plan.checks.length > 0 ? ["--target-dependents"] : [];
  await pulumi.answer("state", "delete", plan.drain, "--yes", ...dependents);
  console.error(`The drain of ${name} is out of the state.`);
  if (plan.server !== undefined) console.error(withoutWebHost(plan.server));
  return 0;
}

function parseOptions(args: readonly string[]): {
  bridge: BridgeId;
  stack?: string;
  yes: boolean;
  help: boolean;
} {
  const flag = { type: "boolean", default: false } as const;
  const options = { stack: { type: "string" }, yes: flag, help: flag } as const;
  const { values, positionals } = parse(() =>
    parseArgs({ args: [...args], options, allowPositionals: true }),
  );
  const [bridge = "", ...more] = positionals;
  if (values.help) return { bridge: localBridgeName, ...values };
  if (!/^(\d{1,2}|local)$/.test(bridge) || more.length > 0) {
    throw new OperatorProblem(`one bridge is needed: its number, such as 1, or local\n\n${usage}`);
  }
  return { bridge: bridge === localBridgeName ? bridge : Number(bridge), ...values };
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new OperatorProblem(`${(error as Error).message}\n\n${usage}`);
  }
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

runTool("drain:skip", main, 1);
