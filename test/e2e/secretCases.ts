import { spawn } from "node:child_process";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { sandboxPaths } from "../../packages/sandbox/src/state";
import type { Outcome, TestCluster } from "./harness";
import { ProcessWatch } from "./processWatch";
import {
  documentedSecrets,
  searchFolder,
  searchHost,
  searchText,
  secretsOf,
  tableRow,
  type Secret,
} from "./secretSearch";

/**
 * Arguments in which the scripts of Jitsi's packages show a secret: jicofo's password, and the secret for TURN that nothing uses.
 * Source: jitsi-meet-prosody.postinst and jicofo's. A process lives for milliseconds, so not each run sees all of them.
 */
const shownByPackages = [
  /prosodyctl register focus /,
  /hocon -f \/etc\/jitsi\/jicofo\/jicofo\.conf set /,
  /^cmdline sed .*s\/__turnSecret__\//,
];

/** A cluster with two bridges whose first `up` was watched. */
export interface WatchedCluster {
  readonly cluster: TestCluster;
  readonly firstUp: Outcome;
  /** Arguments and environments of all processes that lived during the first `up`. */
  readonly processes: readonly string[];
}

/** Where a cluster's secrets are, and where they are not. `watched` is asked once the cluster is up. */
export function secretCases(watched: () => WatchedCluster): void {
  let secrets: Secret[];
  const hosts = ["web", "jvb-0", "jvb-1"];

  beforeAll(async () => {
    secrets = await secretsOf(watched().cluster);
  }, 60_000);

  it("are all looked for: passwords, keys and the seeds they are made of", () => {
    expect([...new Set(secrets.map(({ kind }) => kind))].sort()).toEqual([
      "bootstrap host key",
      "deployment key",
      "key of certificate copies",
      "packed values of a step",
      "password of bridges",
      "password of jicofo",
      "secret for TURN",
      "unused secret for TURN",
    ]);
  });

  it("are in no arguments and no environment of a process while `up` runs, but of package scripts", async () => {
    const { processes } = watched();
    expect(processes.length).toBeGreaterThan(500);
    // What upstream's own package scripts run, before anybody else is on the host.
    const found = processes
      .filter((text) => !shownByPackages.some((shown) => shown.test(text.replaceAll("\0", " "))))
      .flatMap((text) => searchText(secrets, text.slice(0, 200), text));
    expect(found).toEqual([]);
    // And would be noticed there.
    const secret = secrets[0]?.traces[0] ?? "";
    const planted = spawn("sleep", ["60"], { env: { PATH: process.env.PATH, PLANTED: secret } });
    const isNoticed = (seen: ReadonlySet<string>) => (): boolean =>
      [...seen]
        .filter((text) => text.includes("PLANTED="))
        .some((text) => searchText(secrets, "sleep", text).length > 0);
    try {
      await ProcessWatch.during((seen) =>
        waitUntil("a secret in an environment is noticed", isNoticed(seen), 30_000),
      );
    } finally {
      planted.kill();
    }
  });

  it("are not in what the engine and its plugins wrote, nor in outputs and history", async () => {
    const { cluster, firstUp } = watched();
    const texts = {
      up: firstUp.text,
      state: (await cluster.mustPulumi("stack", "export")).text,
      outputs: (await cluster.mustPulumi("stack", "output", "--json")).text,
      history: (await cluster.mustPulumi("stack", "history", "--json")).text,
    };
    const found = Object.entries(texts).flatMap(([place, text]) =>
      searchText(secrets, place, text),
    );
    expect(found).toEqual([]);
  });

  it("are in Pulumi's own log from the level on that docs/security.md names", async () => {
    const kinds = async (...flags: string[]): Promise<string[]> => {
      const { text } = await watched().cluster.mustPulumi("preview", ...flags);
      return [...new Set(searchText(secrets, "log", text).map(({ kind }) => kind))].sort();
    };
    expect(await kinds("-v=2", "--logtostderr")).toEqual([]);
    const shown = [
      "bootstrap host key",
      "deployment key",
      "key of certificate copies",
      "password of bridges",
      "secret for TURN",
    ];
    expect(await kinds("--debug")).toEqual(shown);
  }, 60_000);

  it("are not on disk, in state, logs and the simulator's store, but for user data's host key", () => {
    const { dir } = watched().cluster.sandbox.identity;
    const { backend, logs, store } = sandboxPaths(dir);
    expect([backend, logs].flatMap((folder) => searchFolder(secrets, folder))).toEqual([]);
    const stored = searchFolder(secrets, store).map(({ kind }) => kind);
    expect([...new Set(stored)]).toEqual(["bootstrap host key"]);
  });

  it("are on the hosts only where docs/security.md says, and for those who it says", async () => {
    const found = await Promise.all(
      hosts.map((host) => searchHost(watched().cluster, host, secrets)),
    );
    expect([...new Set(found.flat().map((one) => tableRow(one)))].sort()).toEqual(
      documentedSecrets(),
    );
  }, 60_000);
}
