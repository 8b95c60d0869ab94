import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recorderOutputs, sshCommands } from "../../../lib/outputs";
import { clusterArgs, deployCluster, usualSettings } from "./support/cluster";
import { deleteLevels } from "./support/deleteLevels";
import { valuesOf, type Registered } from "./support/mockEngine";
import { command } from "./support/registered";
import { stepInput, stepValues } from "./support/step";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
const studio = { name: "studio", host: "203.0.113.9", role: "jibri", user: "admin", hostKey };

const deploy = async (nodes: object[], more: object = {}): Promise<Registered[]> => {
  const raw = { ...usualSettings, ...more, existingNodes: JSON.stringify(nodes) };
  return (await deployCluster(clusterArgs(raw))).resources;
};

jest.setTimeout(60_000);

describe("a recorder on an existing machine", () => {
  let one: Registered[];
  beforeAll(async () => {
    one = await deploy([studio]);
  });

  it("has the steps of a machine and those of a recorder", () => {
    const own = one
      .filter(
        ({ type, name }) => type.startsWith("command:") && name.startsWith("jitsi-node-studio-"),
      )
      .map(({ name }) => name.replace("jitsi-node-studio-", ""));
    expect(own.sort()).toEqual([
      "access",
      "check",
      "drain",
      "files",
      "filter",
      "forward",
      "forward-removal",
      "kernel",
      "leave",
      "program-copy",
      "serve",
      "setup",
    ]);
  });

  it("runs its steps by sudo, has its control port on loopback, and the web host reaches it by the forward", () => {
    for (const part of ["kernel", "files"]) {
      const { create } = command(one, `jitsi-node-studio-${part}`).inputs;
      expect(create).toMatch(new RegExp(`^sudo -n jitsi-hetzner jibri/${part} `));
    }
    expect(stepValues(command(one, "jitsi-node-studio-files"))).toMatchObject({
      CONTROL_HOST: "127.0.0.1",
      WEB_PRIVATE_IP: "192.0.2.1",
    });
    const forward = stepValues(command(one, "jitsi-node-studio-forward"));
    expect(forward.PORTS).toBe("8083");
    const { recorder } = stepInput(command(one, "jitsi-node-studio-serve"), "recorder-serve");
    expect(recorder).toMatchObject({ name: "studio", address: forward.LOCAL_ADDRESS });
  });

  it("becomes root for the first look with nothing of it in the command, which every error message of the step shows", () => {
    const { create, stdin } = command(one, "jitsi-node-studio-check").inputs;
    expect(create).toBe("bash -s -- # node/check (jitsi-node-studio)");
    const folder = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
    const look = (sudo: string): SpawnSyncReturns<string> => {
      writeFileSync(join(folder, "sudo"), `#!/bin/bash\n${sudo}\n`, { mode: 0o755 });
      const env = { PATH: `${folder}:${process.env.PATH ?? ""}` };
      return spawnSync("bash", ["-s"], { env, input: String(stdin), encoding: "utf8" });
    };
    const refused = look("exit 1");
    const allowed = look(`[[ $2 == true ]] || { printf '%s\\n' "$*"; cat; }`);
    rmSync(folder, { recursive: true });
    expect([refused.status, refused.stdout, refused.stderr]).toEqual([
      1,
      "",
      expect.stringMatching(
        /^node\/check failed on studio: the user admin cannot .*\n  What to do/,
      ),
    ]);
    expect(allowed.stdout).toMatch(/^-n bash -s --\n[^]*^main "\$@"$/m);
    expect(allowed.stdout).not.toContain("exec sudo");
  });

  it("opens no port for media", () => {
    const { NFT_RULES = "" } = stepValues(command(one, "jitsi-node-studio-setup"));
    expect(NFT_RULES).toContain("elements = { 22 }");
    expect(NFT_RULES).not.toContain("10000");
  });

  it("brings accounts and buttons as a recorder at Hetzner does, without a firewall there for it", () => {
    const names = one.map(({ name }) => name);
    expect(names).toContain("jitsi-web-recording");
    expect(names).not.toContain("jitsi-firewall-jibri");
  });

  it("is accepted and known to the policy as every recorder", () => {
    const { recorders } = stepInput(command(one, "jitsi-policy"), "policy");
    expect(recorders).toEqual([
      expect.objectContaining({
        name: "studio",
        nickname: expect.stringMatching(/^node-studio-/) as string,
      }),
    ]);
  });

  it("is in the outputs", async () => {
    const raw = { ...usualSettings, existingNodes: JSON.stringify([studio]) };
    const { result } = await deployCluster(clusterArgs(raw));
    const [commands, recorders] = await valuesOf([
      sshCommands(result),
      recorderOutputs(result),
    ] as const);
    expect(commands).toMatchObject({ studio: "ssh admin@203.0.113.9" });
    expect(recorders).toEqual([expect.objectContaining({ name: "studio", ipv4: "203.0.113.9" })]);
  });

  it("is drained before the machine is left, and no bridge waits for a recording on it", async () => {
    const after = await deploy([], { jvbCount: "1", jibriCount: "1" });
    const before = await deploy([studio], { jibriCount: "1" });
    const kept = new Set(after.map(({ urn }) => urn));
    const levels = deleteLevels(before.filter(({ urn }) => !kept.has(urn)));
    const at = (name: string): number => levels.get(name) ?? -1;
    const drain = at("jitsi-node-studio-drain");
    expect(drain).toBeGreaterThan(at("jitsi-node-studio-leave"));
    expect(drain).toBeGreaterThan(at("jitsi-node-studio-forward-removal"));
    expect(at("jitsi-jvb-1-drain")).toBeGreaterThan(drain);
    expect(at("jitsi-jvb-1")).toBeGreaterThanOrEqual(drain);
  });
});
