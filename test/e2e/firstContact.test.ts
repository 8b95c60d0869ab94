import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { hostConf, renderUserData } from "../../cloud-init/userData";
import { ecdsaKeyPair } from "../../lib/sshKeyPair";
import { hostFilter } from "../../remote/hostFilter";
import { remoteScript, scriptValues, type ScriptValues } from "../../remote/script";
import { parseSettings } from "../../lib/config/settings";
import { removeAll } from "../../packages/sandbox/src/hosts/cleanup";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { HostFaultOperation, HostSpec } from "../../packages/hcloud-simulator/src/driver";
import {
  createNspawnDriver,
  type NspawnDriver,
} from "../../packages/sandbox/src/hosts/nspawnDriver";
import type { SandboxIdentity } from "../../packages/sandbox/src/identity";
import { layersOf } from "../../packages/sandbox/src/prepare";
import { releaseSlot } from "../../packages/sandbox/src/slots";
import { attachment, claimSandbox, hostSpec, Login } from "./hostProbe";
import { runProgram, type Outcome } from "./harness";
import { sshAudit } from "./sshAudit";

/**
 * The two steps of the first contact, on a real host with a real sshd and the program's own user data, broken
 * off before each of their commands. What an `up` does next has to reach the host and finish.
 */

type Step = "host/hostKey" | "host/setup";

/** Copies of the host's /etc/ssh: after its boot, and after the first step. */
const [booted, contacted] = ["/root/booted", "/root/contacted"];

const bootstrapKey = ecdsaKeyPair(randomBytes(40).toString("base64"));

let identity: SandboxIdentity;
let driver: NspawnDriver;
let login: Login;
let host: HostSpec;
/** What sshd and systemd said of it until the end of the boot. */
let bootLog = "";

const onHost = (script: string): Promise<string> =>
  driver.runInside(host.id, ["bash", "-c", script]);

const about = {
  role: "jvb",
  domain: "a.test",
  software: parseSettings({ domain: "meet.example.org" }),
} as const;
const privateNetwork = {
  PRIVATE_IP: attachment(1, 1).ip,
  PRIVATE_GATEWAY: attachment(1, 1).gateway,
};
const values = {
  "host/hostKey": {},
  "host/setup": scriptValues("host/setup", {
    HOST_CONF: hostConf(about),
    ...privateNetwork,
    KEYS: "",
    TIMEZONE: "UTC",
    NFT_RULES: hostFilter("jvb"),
  }),
} satisfies Pick<ScriptValues, Step>;

/** The user data of a bridge; its packages, and the repository that they are from, are taken for installed. */
function userData(): string {
  const rendered = renderUserData({ ...about, hostname: "jvb-0.a.test", bootstrapKey });
  const config = parse(rendered) as Record<string, unknown>;
  const { jitsiAptRepository, jitsiAptKeyFingerprint } = about.software;
  const runcmd = [
    "install -D /dev/null /var/lib/jitsi-hetzner/installed",
    `echo '${jitsiAptRepository} ${jitsiAptKeyFingerprint}' >/var/lib/jitsi-hetzner/repository`,
  ];
  return `#cloud-config\n${stringify({ ...config, runcmd })}`;
}

beforeAll(async () => {
  identity = await claimSandbox("first-contact");
  login = await Login.make(identity.dir);
  driver = await createNspawnDriver({ identity, layers: layersOf() });
  host = { ...hostSpec(identity, 1, login.publicKey), userData: userData() };
  await driver.create(host);
  await onHost(`timeout 60 cloud-init status --wait >/dev/null; cp -a /etc/ssh ${booted}`);
  bootLog = await onHost("journalctl -u ssh --no-pager");
}, 300_000);

afterAll(async () => {
  await removeAll(identity);
  rmSync(identity.dir, { recursive: true, force: true });
  releaseSlot(identity.slot, identity.dir);
}, 60_000);

/**
 * Runs a step as `up` does: its text over stdin, the host known by one key alone.
 *
 * @param breakAt ends the step before its command of this number; by default it runs to its end
 * @param patience seconds for which the step waits for the private network, in the place of its own 60
 */
async function contact(
  step: Step,
  hostKey: string,
  breakAt?: number,
  patience = 5,
): Promise<Outcome> {
  const address = host.publicIpv4 ?? "";
  const known = join(identity.dir, "known_hosts");
  writeFileSync(known, `${address} ${hostKey}\n`);
  const text = remoteScript(step, values[step])
    .replace("private_seconds=60", `private_seconds=${patience}`)
    // From here on nothing touches sshd: no breaks.
    .replace("  set_authorized_keys\n", "  trap - DEBUG\n  set_authorized_keys\n")
    .replace("  set_up_system\n  harden\n", "");
  const killer = `commands=0; trap '((++commands == ${breakAt ?? 0})) && kill -9 $$' DEBUG; set -o functrace\n`;
  const last = text.lastIndexOf("main ");
  const input = join(identity.dir, "stdin");
  writeFileSync(input, `${text.slice(0, last)}${killer}${text.slice(last)}`);
  const options = ["StrictHostKeyChecking=yes", `UserKnownHostsFile=${known}`, "BatchMode=yes"];
  const ssh = ["ssh", "-i", login.keyPath, ...options.flatMap((option) => ["-o", option])];
  const command = [...ssh, `root@${address}`, "bash -s --"];
  for (let attempt = 1; ; attempt++) {
    const outcome = await runProgram("bash", ["-c", 'exec "$@" <"$0"', input, ...command]);
    // As the provider does: a host that cannot be reached is dialled again.
    if (attempt === 20 || !/Connection (refused|reset)/.test(outcome.stderr)) return outcome;
    await sleep(100);
  }
}

/** The host with the keys of a copy of /etc/ssh. A reload makes sshd deaf for a moment. */
const reset = (copy: string): Promise<string> =>
  onHost(
    `rm -rf /etc/ssh && cp -a ${copy} /etc/ssh && systemctl reload ssh
     for i in {1..50}; do ssh-keyscan -t ecdsa 127.0.0.1 2>/dev/null | grep -q . && exit; sleep 0.1; done; exit 1`,
  );

/** What a broken step leaves: the keys on disk, and those that sshd offers, once it is not deaf. */
const state = (): Promise<string> =>
  onHost(
    `cd /etc/ssh; stat -c '%n %s' ssh_host_* sshd_config.d/*
     for i in {1..50}; do
       keys=$(ssh-keyscan -t ed25519,ecdsa 127.0.0.1 2>/dev/null | cut -d ' ' -f 2 | sort)
       [[ -n $keys ]] && break; sleep 0.1
     done; echo "$keys"`,
  );

interface Break {
  readonly state: string;
  readonly next: Outcome;
}

/** Breaks a step before each of its commands, and for each state that this leaves runs it whole. */
async function breakEverywhere(step: Step, from: string, key: string): Promise<Break[]> {
  const breaks = new Map<string, Break>();
  for (let command = 1; command < 100; command++) {
    await reset(from);
    const broken = await contact(step, key, command);
    const left = await state();
    if (!breaks.has(left)) breaks.set(left, { state: left, next: await contact(step, key) });
    if (broken.code === 0) return [...breaks.values()];
  }
  throw new Error(`${step} has no end`);
}

const isKey = /^ssh-ed25519 \S+\n$/;

describe("the first contact", () => {
  it("meets an sshd that cloud-init has not restarted: a handshake in that moment breaks, for good behind a bastion", () => {
    expect(bootLog).toContain("Server listening on 0.0.0.0 port 22.");
    expect(bootLog).not.toContain("Received signal 15; terminating.");
  });

  it("finishes at the next `up` wherever its first step was broken off", async () => {
    const breaks = await breakEverywhere("host/hostKey", booted, bootstrapKey.publicKey);
    // Nothing yet, a key in the making, its public half in place, the whole.
    expect(breaks.length).toBeGreaterThanOrEqual(4);
    for (const { next, state: left } of breaks) {
      expect([left, next.code, next.stderr]).toEqual([left, 0, expect.any(String)]);
      expect(next.stdout).toMatch(isKey);
    }
  }, 240_000);

  it("finishes at the next `up` wherever its second step was broken off, and leaves the one key", async () => {
    await reset(booted);
    const key = (await contact("host/hostKey", bootstrapKey.publicKey)).stdout.trim();
    await onHost(`cp -a /etc/ssh ${contacted}`);
    const breaks = await breakEverywhere("host/setup", contacted, key);
    expect(breaks.length).toBeGreaterThanOrEqual(3);
    for (const { next, state: left } of breaks) {
      expect([left, next.code, next.stderr]).toEqual([left, 0, expect.any(String)]);
    }
    // The step ends with a reload, after which sshd starts itself again.
    const hasOneKey = async (): Promise<boolean> => !(await state()).includes("ecdsa");
    await waitUntil("sshd has the one key", hasOneKey, 10_000);
    expect(await state()).toMatch(/\nssh-ed25519\n$/);
  }, 240_000);

  it("leaves an sshd in which ssh-audit finds no fault, and the bootstrap key's kind before it", async () => {
    const audit = await sshAudit(host.publicIpv4 ?? "");
    // 3 is its exit code for faults, 2 for warnings, 1 for a server that does not answer.
    expect([0, 2]).toContain(audit.code);
    expect(audit.text).not.toContain("[fail]");
    await reset(booted);
    expect(await state()).toContain("\necdsa-sha2-nistp256\n");
  }, 120_000);

  describe("with the private network", () => {
    let key = "";
    const fault = (name: HostFaultOperation): Promise<void> | undefined =>
      driver.runFaultOperation?.(host.id, name);
    const ready = (patience?: number): Promise<Outcome> =>
      contact("host/setup", key, undefined, patience);
    beforeAll(async () => {
      await reset(booted);
      key = (await contact("host/hostKey", bootstrapKey.publicKey)).stdout.trim();
    }, 60_000);
    afterEach(() => fault("address"));

    it("waits for an address that comes late", async () => {
      await fault("no-address");
      const step = ready(60);
      await sleep(2_000);
      await fault("address");
      expect(await step).toMatchObject({ code: 0 });
    }, 120_000);

    it("names an interface that has no address, after it has tried to bring it up", async () => {
      await fault("no-address");
      const { code, stderr } = await ready();
      expect(code).toBe(1);
      expect(stderr).toContain(
        "the interface enp7s0 has no address; running once: ip link set enp7s0 up",
      );
      expect(stderr).toContain(
        "the interface enp7s0 of the private network has no address; 10.1.0.2 is expected",
      );
      expect(stderr).toMatch(/What to do: on \S+: ip link set enp7s0 up.*; then: pulumi up/);
    }, 90_000);

    it("names an interface that is not there", async () => {
      await driver.detachNetwork(host.id, 1);
      const { code, stderr } = await ready();
      await driver.attachNetwork(host.id, attachment(1, 1));
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(
          "no interface of this host has its private address 10.1.0.2",
        ) as string,
      ]);
    }, 90_000);

    it("names large packets that vanish, with the MTU and the command", async () => {
      await fault("large-packets");
      const { code, stderr } = await ready();
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(
          "packets of 1500 bytes are lost between the interface enp7s0 and 10.1.0.1, but small packets arrive; its MTU is 1500, but the network carries at most 1450: ip link set enp7s0 mtu 1450",
        ) as string,
      ]);
    }, 60_000);
  });

  it("gives the same key when its output was lost, and refuses another host's", async () => {
    await reset(booted);
    const first = await contact("host/hostKey", bootstrapKey.publicKey);
    const second = await contact("host/hostKey", bootstrapKey.publicKey);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(isKey) as string });
    expect(second.stdout).toBe(first.stdout);
    const another = ecdsaKeyPair(randomBytes(40).toString("base64"));
    const refused = await contact("host/hostKey", another.publicKey);
    expect(refused.code).toBe(255);
    expect(refused.stderr).toContain("Host key verification failed");
  }, 60_000);
});
