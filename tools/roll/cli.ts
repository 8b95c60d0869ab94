import type { BridgePlan } from "../../lib/plan/clusterPlan";
import type { StackConfig } from "../cloudApi";
import { exitCodes, type ExitCode } from "../commands";
import { confirm } from "../confirm";
import { PulumiCli } from "../pulumiCli";
import { flag, runTool, stackOption } from "../runTool";
import { readDeclared } from "../status/declared";
import { roll } from "./roll";

const usage = `usage: npm run roll [-- OPTIONS]

Replaces every bridge whose server differs from a new one (server type, image, location, placement, user data), one
after the other, each with its own \`pulumi up\`. The new server is in service before the old one is drained and removed,
so there is at most one additional server. Other bridges stay as they are. If it is interrupted, run it again: it
continues.

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
    `One \`pulumi up\` for each of ${names.join(", ") || "no bridge"}. Each also deploys the other changed settings.`,
  );
  const end = (done: readonly BridgePlan[]): ExitCode => {
    const result = { bridges: names, done: done.map(({ name }) => name) };
    if (json) console.log(JSON.stringify(result, null, 2));
    return done.length === names.length ? exitCodes.done : exitCodes.no;
  };
  if (!yes && !(await confirm("Replace those that differ?", "npm run roll -- --yes"))) {
    return end([]);
  }
  // The engine gets Ctrl-C too, and ends in order. This process waits for it.
  process.on("SIGINT", () => undefined);
  const { done, problem } = await roll(pulumi, bridges, (text) => {
    console.error(`\n== ${text}`);
  });
  console.error(`\n${problem === undefined ? "All bridges are up to date." : `roll: ${problem}`}`);
  return end(done);
}

runTool({ name: "roll", usage, options: { ...stackOption, yes: flag }, main });
