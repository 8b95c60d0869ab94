import { localBridgeName } from "../../lib/bridgeNames";
import { loopback } from "../../lib/constants";
import { forwardAddress, nodeName } from "../../lib/nodeNames";
import { OperatorError } from "../../lib/errors";
import type { WebFacts } from "../../remote/program/contract";
import { cloudApi, type StackConfig } from "../cloudApi";
import { exitCodes } from "../commands";
import { PulumiCli } from "../pulumiCli";
import { isExpected, runTool, stackOption } from "../runTool";
import { readExport } from "../stackExport";
import { listCloudFirewalls } from "./cloudFirewalls";
import { listCloudServers } from "./cloudServers";
import { compare, type Answer } from "./compare";
import { readDeclared } from "./declared";
import { report } from "./report";
import { nicknameOf, readStackFacts, type StackFacts } from "./stackFacts";
import type { Status } from "./status";
import {
  assertSameDomain,
  lastWholeUpdate,
  undeployedSettings,
  type HistoricUpdate,
} from "./undeployed";
import { readWebFacts } from "./webFacts";

const usage = `usage: npm run status [-- OPTIONS]

Compares the cluster, as Hetzner and jicofo report it, with its settings. Changes nothing.

  --stack NAME   another stack than the selected one`;

const codes = {
  equal: exitCodes.done,
  different: exitCodes.no,
  unknown: exitCodes.unknown,
} as const satisfies Record<Status["verdict"], number>;

async function look(pulumi: PulumiCli): Promise<Status> {
  const [shown, settings, exported, deployed] = await Promise.all([
    pulumi.answer("stack", "--show-name"),
    pulumi.answer("config", "--json", "--show-secrets"),
    pulumi.answer("stack", "export", "--show-secrets"),
    answer(() => lastWholeUpdate(pulumi)),
  ]);
  const stack = shown.trim();
  const config = JSON.parse(settings) as StackConfig;
  const declared = readDeclared(config);
  const state = readStackFacts(readExport(exported));
  const undeployed = undeployedFacts(config, deployed, state);
  const [cloud, firewalls, web] = await Promise.all([
    answer(() =>
      listCloudServers(
        cloudApi(config),
        stack,
        state.servers.map(({ id }) => id),
      ),
    ),
    answer(() => listCloudFirewalls(cloudApi(config))),
    answer(() => askWebHost(state)),
  ]);
  return compare({ stack, declared, state, cloud, firewalls, web, undeployed });
}

function undeployedFacts(
  config: StackConfig,
  deployed: Answer<HistoricUpdate | undefined>,
  { servers }: StackFacts,
): Answer<readonly string[]> {
  if ("problem" in deployed) return deployed;
  const settings = deployed.facts?.config;
  // A stack without servers is reported by its missing hosts.
  if (servers.length === 0) return { facts: [] };
  if (settings === undefined) {
    return {
      problem:
        "it has no complete and successful `pulumi up`, so the deployed settings are not known: pulumi up",
    };
  }
  assertSameDomain(config, settings);
  return { facts: undeployedSettings(config, settings) };
}

async function askWebHost({ webHost, servers, bridgeOutputs }: StackFacts): Promise<WebFacts> {
  if (webHost === undefined) {
    throw new OperatorError("no `pulumi up` has reached it yet");
  }
  const bridges = servers.flatMap((server) =>
    server.name === "web" || server.privateIp === undefined
      ? []
      : [{ nickname: nicknameOf(server), address: server.privateIp }],
  );
  const local = bridgeOutputs
    .filter(({ name }) => name === localBridgeName)
    .map(({ nickname }) => ({ nickname, address: loopback }));
  const machines = bridgeOutputs
    .filter(({ nickname }) => nodeName(nickname) !== undefined)
    .map(({ name, nickname, ipv4 = "" }) => ({ nickname, address: forwardAddress(name, ipv4) }));
  return readWebFacts(webHost, [...bridges, ...local, ...machines]);
}

/** One source that does not answer must not hide the answers of the others. */
async function answer<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { facts: await ask() };
  } catch (error) {
    if (isExpected(error)) return { problem: error.message };
    throw error;
  }
}

runTool({
  name: "status",
  usage,
  options: stackOption,
  main: async ({ stack, json }) => {
    const status = await look(new PulumiCli(stack));
    console.log(json ? JSON.stringify(status, null, 2) : report(status));
    return codes[status.verdict];
  },
});
