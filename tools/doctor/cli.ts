import type { HcloudApi } from "../../lib/hcloud/hcloudApi";
import { cloudApi, type StackConfig } from "../cloudApi";
import { exitCodes, type ExitCode } from "../commands";
import { confirm } from "../confirm";
import { PulumiCli } from "../pulumiCli";
import { flag, runTool, stackOption } from "../runTool";
import { readStackState } from "../stackState";
import { listObjects } from "./cloudObjects";
import { diagnose, isHealthy, type Diagnosis } from "./diagnosis";
import { findLock } from "./lock";
import { isRepairable, repair } from "./repair";
import { report, reportJson } from "./report";

const usage = `usage: npm run doctor [-- OPTIONS]

Compares the stack's state with Hetzner Cloud, to find what a killed or interrupted run left behind.

  --stack NAME   another stack than the selected one
  --repair       repairs what it can, after asking
  --yes          with --repair: does not ask
  --connected    also deletes servers in the private network that are not in the state`;

const question = "Repair as listed?";

interface Options {
  readonly stack?: string;
  readonly json: boolean;
  readonly repair: boolean;
  readonly yes: boolean;
  readonly connected: boolean;
}

async function main(options: Options): Promise<ExitCode> {
  const pulumi = new PulumiCli(options.stack);
  const api = await apiOf(pulumi);
  const look = (): Promise<Diagnosis> => examine(pulumi, api, options.connected);
  const first = await look();
  if (!options.repair || !isRepairable(first)) return show(first, options);
  if (!options.json) console.log(report(first));
  if (!options.yes && !(await confirm(question, "npm run doctor -- --repair --yes")))
    return exitCodes.no;
  const log = (line: string): void => {
    console.error(line);
  };
  await repair(first, { pulumi, api, log });
  return show(await look(), options);
}

async function apiOf(pulumi: PulumiCli): Promise<HcloudApi> {
  const config = await pulumi.answer("config", "--json", "--show-secrets");
  return cloudApi(JSON.parse(config) as StackConfig);
}

async function examine(pulumi: PulumiCli, api: HcloudApi, connected: boolean): Promise<Diagnosis> {
  const stack = (await pulumi.answer("stack", "--show-name")).trim();
  const lock = await findLock(pulumi);
  // The cloud first: what a run creates in between is then in the state, and not an orphan.
  const objects = await listObjects(api, stack);
  const state = readStackState(await pulumi.answer("stack", "export"), stack);
  return diagnose({ state, objects, lock, connected });
}

function show(diagnosis: Diagnosis, { json }: Options): ExitCode {
  console.log(json ? reportJson(diagnosis) : report(diagnosis));
  return isHealthy(diagnosis) ? exitCodes.done : exitCodes.no;
}

runTool({
  name: "doctor",
  usage,
  options: { ...stackOption, repair: flag, yes: flag, connected: flag },
  main,
});
