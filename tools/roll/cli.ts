import type { BridgePlan } from "../../lib/plan/clusterPlan";
import type { StackConfig } from "../cloudApi";
import { exitCodes, type ExitCode } from "../commands";
import { confirm } from "../confirm";
import { PulumiCli } from "../pulumiCli";
import { flag, runTool, stackOption } from "../runTool";
import { readDeclared } from "../status/declared";
import { roll } from "./roll";

const usage = `usage: npm run roll [-- OPTIONS]

Replaces every bridge that differs from the settings (server type, image, location, placement, user data) by a new
server, one after the other, each with a \`pulumi up\` of its own: the new one is in service before the old one is
emptied and removed, and there is at most one server more than the cluster has. Others are left alone.
Interrupted, it goes on when it is run again.

  --stack NAME   another stack than the selected one
  --yes          does not ask`;

interface Options {
  readonly stack?: string;
  readonly json: boolean;
  readonly yes: boolean;
}

async function main({ stack, json, yes }: Options): Promise<ExitCode> {
  const pulumi = new PulumiCli(stack);
  const config = JSON.parse(await pulumi.answer("config", "--json")) as StackConfig;
  const { bridges } = readDeclared(config).plan;
  const names = bridges.map(({ name }) => name);
  console.error(
    `One \`pulumi up\` for each of ${names.join(", ") || "no bridge"}. Each also does what else the settings ask for.`,
  );
  const end = (done: readonly BridgePlan[]): ExitCode => {
    const result = { bridges: names, done: done.map(({ name }) => name) };
    if (json) console.log(JSON.stringify(result, null, 2));
    return done.length === names.length ? exitCodes.done : exitCodes.no;
  };
  if (!yes && !(await confirm("Replace those that differ?", "npm run roll -- --yes"))) {
    return end([]);
  }
  // The engine gets Ctrl-C too, and ends in order; this process waits for it.
  process.on("SIGINT", () => undefined);
  const { done, problem } = await roll(pulumi, bridges, (text) => {
    console.error(`\n== ${text}`);
  });
  console.error(
    `\n${problem === undefined ? "All bridges are as new ones would be." : `roll: ${problem}`}`,
  );
  return end(done);
}

runTool({ name: "roll", usage, options: { ...stackOption, yes: flag }, main });
