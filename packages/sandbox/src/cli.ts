import { join, resolve } from "node:path";
import { Argument, Command, Option } from "commander";
import { ensureToolchain, knownToolchain } from "../../toolchain/src/ensure";
import { runInteractive, table, UserError } from "./cliSupport";
import type { SimulatorStatus } from "../../hcloud-simulator/src/server";
import { callAdmin, listServers, serverRows } from "./client";
import { directoryUrl } from "./acme/directories";
import { acmeCommand } from "./commands/acme";
import { browserSubcommand } from "./commands/browser";
import { demo, demoStackFile } from "./commands/demo";
import { dnsCommand } from "./commands/dns";
import { down } from "./commands/down";
import { callRows, faultCommand } from "./commands/fault";
import { runFrom } from "./commands/from";
import { machineCommand } from "./commands/machine";
import { peopleCommand } from "./commands/people";
import { storageCommand } from "./commands/storage";
import { curlWithNames } from "./commands/curl";
import { shellOnHost, showLog } from "./commands/hosts";
import { changeSettings, type SettingsOptions } from "./commands/settings";
import { requireHosts, up } from "./commands/up";
import {
  apiEndpoint,
  apiEnvironment,
  assertLoopback,
  childEnvironment,
  sandboxEnvironment,
  shellExports,
} from "./environment";
import { jitsiRequest, jitsiVariable, keyVariable } from "./jitsi/choice";
import { decideJitsi, type JitsiDecision } from "./jitsi/decide";
import { describeSource } from "./jitsi/source";
import { placeNames, type PlaceName } from "./hosts/places";
import { listMachines, machineRows } from "./machines/machineClient";
import { prepareHosts } from "./prepare";
import { projectDir } from "./projectDir";
import { apiAnswers } from "./serverProcess";
import { hostImages, hostKinds, requireSandbox, type HostImage, type HostKind } from "./state";
import { rmSync } from "node:fs";

const log = (line: string): void => {
  console.error(line);
};

/** Options of `up` and `demo` that choose the packages of Jitsi. */
interface JitsiFlags {
  readonly jitsi?: string;
  readonly jitsiKey?: string;
}

/** Options of `up` that choose the hosts. */
interface UpFlags extends JitsiFlags {
  readonly apiOnly: boolean;
  readonly hosts: HostKind;
  readonly image: HostImage;
  readonly times?: string;
}

const jitsiFlags = (command: Command): Command =>
  command
    .option(
      "--jitsi <kind>",
      `packages of Jitsi: auto, upstream, stand-in, or the https address of a repository; auto is upstream where it answers (also ${jitsiVariable})`,
    )
    .option(
      "--jitsi-key <fingerprint>",
      `fingerprint of the key that signs this repository (also ${keyVariable})`,
    );

const defaultDir = join(projectDir, ".sandbox");

const program = new Command("sandbox")
  .enablePositionalOptions()
  .description(
    "A Hetzner Cloud on one machine: an API for the real clients, with real hosts behind it.",
  )
  .option("--dir <folder>", "folder of the sandbox; each folder has its own sandbox", defaultDir)
  .hook("preAction", () => {
    // A sandbox command must never use the caller's real account.
    if (process.env.HCLOUD_ENDPOINT !== undefined) assertLoopback(process.env.HCLOUD_ENDPOINT);
    delete process.env.HCLOUD_TOKEN;
  });

const dir = (): string => resolve(program.opts<{ dir: string }>().dir);

program
  .command("setup")
  .description(
    "build what all sandboxes share and what takes long: toolchain, base file system, packages",
  )
  .action(async () => {
    await ensureToolchain({ log });
    await prepareHosts(log);
  });

jitsiFlags(program.command("up"))
  .description("start the sandbox; needs root, except with --api-only")
  .addOption(
    new Option(
      "--hosts <kind>",
      "hosts behind the API: nspawn are real ones; simulated ones only answer SSH, after recorded times; none needs no root",
    )
      .choices(hostKinds)
      .default("nspawn"),
  )
  .addOption(
    new Option(
      "--image <kind>",
      "what real hosts boot: stock is Debian's cloud image; golden has the Debian packages of the host's role already",
    )
      .choices(hostImages)
      .default("stock"),
  )
  .option("--api-only", "only the API, without hosts; the same as --hosts none", false)
  .option("--times <file>", "times of simulated hosts, as JSON; by default the recorded ones")
  .option(
    "--latency <preset>",
    "duration of requests and actions: none, or hetzner for about the same as there",
  )
  .option("--rate-limit <calls>", "API calls an hour, or off; the default is Hetzner's limit, 3600")
  .option(
    "--limit <name=count...>",
    "limits of the account: servers=10, or servers=off for no limit",
  )
  .action(
    async ({
      apiOnly,
      hosts,
      image,
      times,
      jitsi,
      jitsiKey,
      ...settings
    }: UpFlags & SettingsOptions) => {
      const kind = apiOnly ? "none" : hosts;
      const sandbox = await up({
        dir: dir(),
        hosts: kind,
        image,
        timesFile: times === undefined ? undefined : resolve(times),
        jitsi: await jitsiFor(kind, { jitsi, jitsiKey }),
        log,
      });
      const { identity } = sandbox;
      await changeSettings(sandbox, settings);
      log(`the API answers at ${apiEndpoint(identity)}`);
      log(
        `${identity.name} is up; \`eval "$(npm run -s sandbox -- env)"\` for a shell of your own`,
      );
    },
  );

/** The packages of Jitsi for hosts of this kind. @throws UserError for an option without effect */
async function jitsiFor(hosts: HostKind, flags: JitsiFlags): Promise<JitsiDecision | undefined> {
  if (hosts === "nspawn") {
    const request = jitsiRequest(flags);
    await requireHosts(log);
    return decideJitsi(dir(), request, { log });
  }
  if (flags.jitsi === undefined && flags.jitsiKey === undefined) return undefined;
  throw new UserError(
    `--jitsi and --jitsi-key need real hosts; they have no effect with --hosts ${hosts}`,
  );
}

program
  .command("down")
  .description("stop the sandbox and remove everything that it created; caches stay")
  .action(async () => {
    await down(dir(), log);
    if (dir() === defaultDir) rmSync(demoStackFile, { force: true });
  });

program
  .command("status")
  .description("show the sandbox and its hosts; exit code 1 when it does not run")
  .option("--json", "print the hosts as JSON", false)
  .option("--calls", "show API calls by route, and requests that are not simulated", false)
  .action(async ({ json, calls }: { json: boolean; calls: boolean }) => {
    const sandbox = requireSandbox(dir());
    if (!(await apiAnswers(sandbox.identity))) {
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
    if (json) {
      console.log(JSON.stringify(servers, null, 2));
      return;
    }
    console.log(table(serverRows(servers)));
    const machines = await listMachines(sandbox);
    if (machines.length > 0) console.log(`\n${table(machineRows(machines))}`);
    if (sandbox.state.hosts !== "nspawn") return;
    const { jitsi } = sandbox.state;
    console.log(`\nJitsi's packages: ${jitsi === undefined ? "stand-ins" : describeSource(jitsi)}`);
    console.log(`ACME directory: ${directoryUrl("production")} (\`acme status\` shows more)`);
  });

program.addCommand(faultCommand(() => requireSandbox(dir()), log));
program.addCommand(acmeCommand(() => requireSandbox(dir()), log));
program.addCommand(machineCommand(() => requireSandbox(dir()), log));
program.addCommand(dnsCommand(() => requireSandbox(dir()), log));
program.addCommand(peopleCommand(() => requireSandbox(dir())));
program.addCommand(browserSubcommand(() => requireSandbox(dir()), log));
program.addCommand(storageCommand(() => requireSandbox(dir()), log));

program
  .command("env")
  .option("--json", "print the variables as JSON", false)
  .description(
    "print shell exports that make pulumi and hcloud use the sandbox; with --api-only, pulumi's only when the toolchain exists",
  )
  .action(async ({ json }: { json: boolean }) => {
    const { identity, state } = requireSandbox(dir());
    // Without hosts, pulumi may not be needed, so do not wait for the build of the toolchain.
    const toolchain = state.hosts === "none" ? knownToolchain() : await ensureToolchain({ log });
    if (toolchain === undefined) {
      log(
        "exports for the API only; for pulumi too, run: npm run -s toolchain, then this command again",
      );
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
  .description("open a shell in which pulumi and hcloud use the sandbox")
  .action(async () => {
    const { identity, state } = requireSandbox(dir());
    const env = childEnvironment(identity, state, await ensureToolchain({ log }));
    process.exitCode = await runInteractive(process.env.SHELL ?? "/bin/bash", [], env);
  });

jitsiFlags(program.command("demo"))
  .description("create a cluster with two bridges by a real `pulumi up`")
  .action((flags: JitsiFlags) => demo(dir(), jitsiRequest(flags), log));

program
  .command("logs")
  .argument("<name>", "name of a host, or a unique part of it; `server` for the sandbox's own log")
  .description("show the console of a host")
  .action(async (name: string) => {
    process.exitCode = await showLog(requireSandbox(dir()), name);
  });

program
  .command("ssh")
  .argument("<name>", "name of a host, or a unique part of it")
  .argument(
    "[command...]",
    "command line for its shell; the words are joined by spaces, like ssh does",
  )
  .description("run a command line on a host as root; without a command line, open a shell")
  .passThroughOptions()
  .action(async (name: string, command: string[]) => {
    process.exitCode = await shellOnHost(requireSandbox(dir()), name, command);
  });

program
  .command("from")
  .addArgument(new Argument("<place>", "where it runs").choices(placeNames))
  .argument("<command...>", "program and its arguments")
  .description(
    "run a program outside of the hosts, with the sandbox's names and trust: on the internet, in a network that lets only TCP 443 out (closed), or in one without UDP (no-udp)",
  )
  .passThroughOptions()
  .action(async (place: PlaceName, command: string[]) => {
    process.exitCode = await runFrom(requireSandbox(dir()), place, command);
  });

program
  .command("curl")
  .argument("<arguments...>", "arguments of curl")
  .description("run curl with names resolved by the sandbox's name server")
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
