import { join, resolve } from "node:path";
import { Command } from "commander";
import { ensureToolchain, knownToolchain } from "../../toolchain/src/ensure";
import { runInteractive, table, UserError } from "./cliSupport";
import type { SimulatorStatus } from "../../hcloud-simulator/src/server";
import { callAdmin, listServers, serverRows } from "./client";
import { demo, demoStackFile } from "./commands/demo";
import { down } from "./commands/down";
import { callRows, faultCommand } from "./commands/fault";
import { peopleCommand } from "./commands/people";
import { curlWithNames } from "./commands/curl";
import { shellOnHost, showLog } from "./commands/hosts";
import { changeSettings, type SettingsOptions } from "./commands/settings";
import { up } from "./commands/up";
import {
  apiEndpoint,
  apiEnvironment,
  assertLoopback,
  childEnvironment,
  sandboxEnvironment,
  shellExports,
} from "./environment";
import { prepareHosts } from "./prepare";
import { projectDir } from "./projectDir";
import { answers } from "./serverProcess";
import { requireSandbox } from "./state";
import { rmSync } from "node:fs";

const log = (line: string): void => {
  console.error(line);
};

const defaultDir = join(projectDir, ".sandbox");

const program = new Command("sandbox")
  .enablePositionalOptions()
  .description(
    "A Hetzner Cloud on one machine: an API that the real clients talk to, real hosts behind it.",
  )
  .option("--dir <folder>", "the sandbox's folder; each has its own sandbox", defaultDir)
  .hook("preAction", () => {
    // Whatever the caller has set for a real account must not be what a sandbox command works on.
    if (process.env.HCLOUD_ENDPOINT !== undefined) assertLoopback(process.env.HCLOUD_ENDPOINT);
    delete process.env.HCLOUD_TOKEN;
  });

const dir = (): string => resolve(program.opts<{ dir: string }>().dir);

program
  .command("setup")
  .description("make all that is dear to make and shared: toolchain, base file system, packages")
  .action(async () => {
    await ensureToolchain({ log });
    await prepareHosts(log);
  });

program
  .command("up")
  .description("start the sandbox; with hosts it needs root")
  .option("--api-only", "the API alone, without hosts: no root needed", false)
  .option(
    "--latency <preset>",
    "how long things take: none, or hetzner for about what they take there",
  )
  .option(
    "--rate-limit <calls>",
    "API calls an hour, 3600 at first as at Hetzner; off refuses none",
  )
  .option(
    "--limit <name=count...>",
    "how much the account may have: servers=10, or servers=off for any number",
  )
  .action(async ({ apiOnly, ...settings }: { apiOnly: boolean } & SettingsOptions) => {
    const sandbox = await up({ dir: dir(), apiOnly, log });
    const { identity } = sandbox;
    await changeSettings(sandbox, settings);
    log(`the API answers at ${apiEndpoint(identity)}`);
    log(`${identity.name} is up; \`eval "$(npm run -s sandbox -- env)"\` for a shell of your own`);
  });

program
  .command("down")
  .description("end the sandbox and remove all that it made; caches stay")
  .action(async () => {
    await down(dir(), log);
    if (dir() === defaultDir) rmSync(demoStackFile, { force: true });
  });

program
  .command("status")
  .description("the sandbox and its hosts; exit code 1 when it does not run")
  .option("--json", "the hosts as JSON", false)
  .option("--calls", "API calls by route, and what was asked for and is not simulated", false)
  .action(async ({ json, calls }: { json: boolean; calls: boolean }) => {
    const sandbox = requireSandbox(dir());
    if (!(await answers(sandbox.identity))) {
      throw new UserError(
        `${sandbox.identity.name} does not answer; start it again: npm run -s sandbox -- up`,
      );
    }
    if (calls) {
      const status = (await callAdmin(sandbox, "GET", "/status")) as SimulatorStatus;
      console.log(json ? JSON.stringify(status, null, 2) : table(callRows(status)));
      return;
    }
    const servers = await listServers(sandbox);
    console.log(json ? JSON.stringify(servers, null, 2) : table(serverRows(servers)));
  });

program.addCommand(faultCommand(() => requireSandbox(dir()), log));
program.addCommand(peopleCommand(() => requireSandbox(dir())));

program
  .command("env")
  .option("--json", "the variables as JSON", false)
  .description(
    "shell exports with which plain pulumi and hcloud work on the sandbox; with --api-only pulumi's only where the toolchain is there",
  )
  .action(async ({ json }: { json: boolean }) => {
    const { identity, state } = requireSandbox(dir());
    // Who wants the API alone may never want pulumi, and must not wait for its build.
    const toolchain = state.apiOnly ? knownToolchain() : await ensureToolchain({ log });
    if (toolchain === undefined) {
      log("for the API alone; for pulumi too: npm run -s toolchain, then this command again");
    }
    const variables =
      toolchain === undefined
        ? apiEnvironment(identity, state)
        : sandboxEnvironment(identity, state, toolchain);
    process.stdout.write(
      json ? `${JSON.stringify(variables, null, 2)}\n` : shellExports(variables),
    );
  });

program
  .command("shell")
  .description("a shell in which plain pulumi and hcloud work on the sandbox")
  .action(async () => {
    const { identity, state } = requireSandbox(dir());
    const env = childEnvironment(identity, state, await ensureToolchain({ log }));
    process.exitCode = await runInteractive(process.env.SHELL ?? "/bin/bash", [], env);
  });

program
  .command("demo")
  .description("a cluster with two bridges by a real `pulumi up`")
  .action(() => demo(dir(), log));

program
  .command("logs")
  .argument(
    "<name>",
    "a host's name, or a part of it that no other has; `server` for the sandbox's own log",
  )
  .description("a host's console")
  .action(async (name: string) => {
    process.exitCode = await showLog(requireSandbox(dir()), name);
  });

program
  .command("ssh")
  .argument("<name>", "a host's name, or a part of it that no other has")
  .argument(
    "[command...]",
    "what its shell runs, words joined by spaces as by ssh; without it a shell",
  )
  .description("run a command line on a host as root, or open a shell")
  .passThroughOptions()
  .action(async (name: string, command: string[]) => {
    process.exitCode = await shellOnHost(requireSandbox(dir()), name, command);
  });

program
  .command("curl")
  .argument("<arguments...>", "as for curl")
  .description("curl that resolves names by the sandbox's name server")
  .passThroughOptions()
  .allowUnknownOption()
  .helpOption(false)
  .action(async (args: string[]) => {
    process.exitCode = await curlWithNames(requireSandbox(dir()), args);
  });

program.parseAsync().catch((error: unknown) => {
  log(
    error instanceof UserError || !(error instanceof Error)
      ? `sandbox: ${String(error instanceof Error ? error.message : error)}`
      : `sandbox: ${error.stack ?? error.message}`,
  );
  process.exitCode = 1;
});
