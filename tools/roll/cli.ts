import { parseArgs } from "node:util";
import { localBridgeName } from "../../components/bridgePlan";
import type { StackConfig } from "../cloudApi";
import { confirm } from "../confirm";
import { OperatorProblem } from "../operatorProblem";
import { PulumiCli } from "../pulumiCli";
import { runTool } from "../runTool";
import { readDeclared } from "../status/declared";
import { roll } from "./roll";

const usage = `usage: npm run roll [-- OPTIONS]

Replaces every bridge that differs from the settings (server type, image, location, placement, user data) by a new
server, one after the other, each with a \`pulumi up\` of its own: the new one is in service before the old one is
emptied and removed, and there is at most one server more than the cluster has. Others are left alone.
Interrupted, it goes on when it is run again.

  --stack NAME   another stack than the selected one
  --yes          does not ask

Exit codes: 0 all bridges are as new ones would be, 1 it stopped before.`;

async function main(args: readonly string[]): Promise<number> {
  const { stack, yes, help } = parseOptions(args);
  if (help) {
    console.log(usage);
    return 0;
  }
  const pulumi = new PulumiCli(stack);
  const config = JSON.parse(await pulumi.answer("config", "--json")) as StackConfig;
  const names = readDeclared(config)
    .bridges.map(({ name }) => name)
    .filter((name) => name !== localBridgeName);
  console.error(
    `One \`pulumi up\` for each of ${names.join(", ") || "no bridge"}. Each also does what else the settings ask for.`,
  );
  if (!yes && !(await confirm("Replace those that differ?", "npm run roll -- --yes"))) return 1;
  // The engine gets Ctrl-C too, and ends in order; this process waits for it.
  process.on("SIGINT", () => undefined);
  const numbers = names.map((name) => Number(name.replace("jvb-", "")));
  await roll(pulumi, numbers, (text) => {
    console.error(`\n== ${text}`);
  });
  console.error("\nAll bridges are as new ones would be.");
  return 0;
}

function parseOptions(args: readonly string[]): { stack?: string; yes: boolean; help: boolean } {
  const flag = { type: "boolean", default: false } as const;
  try {
    const options = { stack: { type: "string" }, yes: flag, help: flag } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new OperatorProblem(`${(error as Error).message}\n\n${usage}`);
  }
}

runTool("roll", main, 1);
