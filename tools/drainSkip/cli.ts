import { parseArgs } from "node:util";
import { confirm } from "../confirm";
import { OperatorProblem } from "../operatorProblem";
import { PulumiCli } from "../pulumiCli";
import { runTool } from "../runTool";
import { readExport } from "../stackExport";
import { planSkip, type SkipPlan } from "./plan";

const usage = `usage: npm run drain:skip -- NUMBER [OPTIONS]

Takes the drain of bridge NUMBER out of the stack's state, for a web host that cannot be reached (drains run
there). Nothing runs on any host. When the bridge's server goes after that, people on it are cut.

  --stack NAME   another stack than the selected one
  --yes          does not ask

Exit codes: 0 it is out, 1 it is not.`;

async function main(args: readonly string[]): Promise<number> {
  const { number, stack, yes, help } = parseOptions(args);
  if (help) {
    console.log(usage);
    return 0;
  }
  const pulumi = new PulumiCli(stack);
  const plan = planSkip(readExport(await pulumi.answer("stack", "export")), number);
  console.error(consequences(plan, number));
  const again = `npm run drain:skip -- ${number} --yes`;
  if (!yes && !(await confirm(`Take the drain of jvb-${number} out?`, again))) return 1;
  const dependents = plan.checks.length > 0 ? ["--target-dependents"] : [];
  await pulumi.answer("state", "delete", plan.drain, "--yes", ...dependents);
  console.error(`The drain of jvb-${number} is out of the state.`);
  return 0;
}

function parseOptions(args: readonly string[]): {
  number: number;
  stack?: string;
  yes: boolean;
  help: boolean;
} {
  const flag = { type: "boolean", default: false } as const;
  const options = { stack: { type: "string" }, yes: flag, help: flag } as const;
  const { values, positionals } = parse(() =>
    parseArgs({ args: [...args], options, allowPositionals: true }),
  );
  const [number = "", ...more] = positionals;
  if (values.help) return { number: 0, ...values };
  if (!/^\d{1,2}$/.test(number) || more.length > 0) {
    throw new OperatorProblem(`one number of a bridge is needed, such as 1\n\n${usage}`);
  }
  return { number: Number(number), ...values };
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new OperatorProblem(`${(error as Error).message}\n\n${usage}`);
  }
}

function consequences({ checks }: SkipPlan, number: number): string {
  const also =
    checks.length === 0
      ? []
      : [
          `With it goes ${checks.join(", ")}, which checks it; the next \`pulumi up\` makes it anew.`,
        ];
  return [
    `The drain of jvb-${number} leaves the state of the stack. On the hosts nothing happens.`,
    ...also,
    "When the server goes, with `pulumi up` after it was taken out of the declaration, nobody is moved off it and",
    "nobody waits: people on it are cut, and jicofo, where it runs, invites them again on another bridge.",
    "If it stays declared, the next `pulumi up` makes the drain anew, and puts the bridge into service.",
  ].join("\n");
}

runTool("drain:skip", main, 1);
