import { parseArgs } from "node:util";
import { localBridgeName } from "../../components/bridgePlan";
import { loopback } from "../../constants";
import { cloudApi, type StackConfig } from "../cloudApi";
import { OperatorProblem } from "../operatorProblem";
import { PulumiCli } from "../pulumiCli";
import { isExpected, runTool } from "../runTool";
import { readExport } from "../stackExport";
import { listCloudServers } from "./cloudServers";
import { compare, type Answer } from "./compare";
import { readDeclared } from "./declared";
import { report } from "./report";
import { nicknameOf, readStackFacts, type StackFacts } from "./stackFacts";
import type { Status } from "./status";
import { readWebFacts, type WebFacts } from "./webFacts";

const usage = `usage: npm run status [-- OPTIONS]

Shows the cluster as Hetzner and jicofo see it, beside what the settings declare. Changes nothing.

  --stack NAME   another stack than the selected one
  --json         for scripts; the shape is in docs/status.md

Exit codes: 0 it is as declared, 1 it is not, 2 nobody can tell.`;

const exitCodes: Readonly<Record<Status["verdict"], number>> = {
  equal: 0,
  different: 1,
  unknown: 2,
};

async function main(args: readonly string[]): Promise<number> {
  const { stack, json, help } = parseOptions(args);
  if (help) {
    console.log(usage);
    return 0;
  }
  const status = await look(new PulumiCli(stack));
  console.log(json ? JSON.stringify(status, null, 2) : report(status));
  return exitCodes[status.verdict];
}

function parseOptions(args: readonly string[]): { stack?: string; json: boolean; help: boolean } {
  const flag = { type: "boolean", default: false } as const;
  try {
    const options = { stack: { type: "string" }, json: flag, help: flag } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new OperatorProblem(`${(error as Error).message}\n\n${usage}`);
  }
}

async function look(pulumi: PulumiCli): Promise<Status> {
  const [shown, settings, exported] = await Promise.all([
    pulumi.answer("stack", "--show-name"),
    pulumi.answer("config", "--json", "--show-secrets"),
    pulumi.answer("stack", "export", "--show-secrets"),
  ]);
  const stack = shown.trim();
  const config = JSON.parse(settings) as StackConfig;
  const declared = readDeclared(config);
  const state = readStackFacts(readExport(exported));
  const [cloud, web] = await Promise.all([
    answer(() => listCloudServers(cloudApi(config), stack)),
    answer(() => askWebHost(state)),
  ]);
  return compare({ stack, declared, state, cloud, web });
}

async function askWebHost({ webHost, servers, bridgeOutputs }: StackFacts): Promise<WebFacts> {
  if (webHost === undefined) {
    throw new OperatorProblem("no `pulumi up` has reached it yet");
  }
  const bridges = servers.flatMap((server) =>
    server.name === "web" || server.privateIp === undefined
      ? []
      : [{ nickname: nicknameOf(server), restAddress: server.privateIp }],
  );
  const local = bridgeOutputs
    .filter(({ name }) => name === localBridgeName)
    .map(({ nickname }) => ({ nickname, restAddress: loopback }));
  return readWebFacts(webHost, [...bridges, ...local]);
}

/** What can be told is told, whoever else is silent. */
async function answer<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { facts: await ask() };
  } catch (error) {
    if (isExpected(error)) return { problem: error.message };
    throw error;
  }
}

runTool("status", main, 2);
