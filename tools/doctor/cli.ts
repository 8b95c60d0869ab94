import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { ApiError, HcloudApi, publicEndpoint, UnreachableError } from "../../preflight/hcloudApi";
import { OperatorProblem } from "../operatorProblem";
import { PulumiCli } from "../pulumiCli";
import { readStackState } from "../stackState";
import { listObjects } from "./cloudObjects";
import { diagnose, isHealthy, type Diagnosis } from "./diagnosis";
import { findLock } from "./lock";
import { isRepairable, repair } from "./repair";
import { report, reportJson } from "./report";

const usage = `usage: npm run doctor [-- OPTIONS]

Compares the stack's state with Hetzner Cloud: what a killed or interrupted run has left behind.

  --stack NAME   another stack than the selected one
  --json         the findings as JSON
  --repair       repairs what it can, after asking
  --yes          with --repair: does not ask
  --connected    also deletes servers in the private network that the state does not know

Exit codes: 0 nothing is wrong (any more), 1 it could not look or repair, 2 something is wrong.`;

interface Options {
  readonly stack?: string;
  readonly json: boolean;
  readonly repair: boolean;
  readonly yes: boolean;
  readonly connected: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.log(usage);
    return 0;
  }
  const pulumi = new PulumiCli(options.stack);
  const api = await apiOf(pulumi);
  const look = (): Promise<Diagnosis> => examine(pulumi, api, options.connected);
  const first = await look();
  if (!options.repair || !isRepairable(first)) return show(first, options);
  if (!options.json) console.log(report(first));
  if (!options.yes && !(await isConfirmed())) return 2;
  const log = (line: string): void => {
    console.error(line);
  };
  await repair(first, { pulumi, api, log });
  return show(await look(), options);
}

function parseOptions(args: readonly string[]): Options | undefined {
  const flag = { type: "boolean", default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        stack: { type: "string" },
        help: flag,
        json: flag,
        repair: flag,
        yes: flag,
        connected: flag,
      },
    });
    return values.help ? undefined : values;
  } catch (error) {
    throw new OperatorProblem(`${(error as Error).message}\n\n${usage}`);
  }
}

/** The API as the provider finds it: the stack's configuration, then the environment. */
async function apiOf(pulumi: PulumiCli): Promise<HcloudApi> {
  const config = JSON.parse(await pulumi.answer("config", "--json", "--show-secrets")) as Record<
    string,
    { value?: string } | undefined
  >;
  const token = config["hcloud:token"]?.value ?? process.env.HCLOUD_TOKEN;
  const endpoint = config["hcloud:endpoint"]?.value ?? process.env.HCLOUD_ENDPOINT;
  if (!token) {
    throw new OperatorProblem(
      "there is no token of Hetzner Cloud: export HCLOUD_TOKEN=..., or pulumi config set --secret hcloud:token",
    );
  }
  return new HcloudApi({ token, endpoint: (endpoint ?? publicEndpoint).replace(/\/+$/, "") });
}

async function examine(pulumi: PulumiCli, api: HcloudApi, connected: boolean): Promise<Diagnosis> {
  const stack = (await pulumi.answer("stack", "--show-name")).trim();
  const lock = await findLock(pulumi);
  // The cloud first: what a run makes in between is then in the state, not an orphan.
  const objects = await listObjects(api, stack);
  const state = readStackState(await pulumi.answer("stack", "export"), stack);
  return diagnose({ state, objects, lock, connected });
}

function show(diagnosis: Diagnosis, { json }: Options): number {
  console.log(json ? reportJson(diagnosis) : report(diagnosis));
  return isHealthy(diagnosis) ? 0 : 2;
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new OperatorProblem("nobody can be asked here: npm run doctor -- --repair --yes");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("\nDo what --repair does, as listed? Type yes: ");
  terminal.close();
  return answer.trim() === "yes";
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isExpected = [OperatorProblem, ApiError, UnreachableError].some(
      (kind) => error instanceof kind,
    );
    console.error(isExpected ? `doctor: ${(error as Error).message}` : error);
    process.exitCode = 1;
  },
);
