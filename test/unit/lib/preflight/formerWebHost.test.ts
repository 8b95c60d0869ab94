import type { RawConfig } from "../../../../lib/config/keys";
import { parseSettings } from "../../../../lib/config/settings";
import { plannedHosts } from "../../../../lib/plan/plannedHosts";
import type { EngineResource } from "../../../../lib/preflight/engineState";
import {
  checkFormerWebHost,
  checkLostWebHost,
  type Removal,
} from "../../../../lib/preflight/formerWebHost";
import { resourceTypes } from "../../../../lib/resourceTypes";
import { planOf, server, stateServer } from "./support/cloud";

const web = { host: "192.0.2.1", hostKey: "ssh-ed25519 former" };

/** As the engine shows a secret. */
const secret = (value: object): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

/** A step over this connection, which runs something at its deletion. */
const step = (name: string, connection: object = web): EngineResource => ({
  urn: `urn:pulumi:production::jitsi-hetzner::command:remote:Command::jitsi-${name}`,
  type: resourceTypes.remoteCommand,
  outputs: { delete: "jitsi-hetzner drain", connection: secret(connection) },
});

const key = {
  ...step("web-host-key"),
  // Pinned to the key of the first boot.
  outputs: { connection: secret({ host: web.host, hostKey: "ecdsa" }), stdout: `${web.hostKey}\n` },
};

/** In a cluster with the bridges 0 and 1 and these steps. */
function problemsOf(
  steps: readonly EngineResource[],
  settings: RawConfig = { jvbCount: "1" },
  removal: Partial<Removal> = {},
) {
  const before = [key, step("jvb-0-drain"), ...steps];
  const gone = new Set(steps.map(({ urn }) => urn));
  const args = {
    before,
    isNewWebHost: true,
    removes: (urn: string) => gone.has(urn),
    replaces: () => false,
    ...removal,
  };
  const { problems } = checkFormerWebHost(
    args,
    parseSettings({ domain: "meet.example.org", ...settings }),
  );
  return problems;
}

describe("checkFormerWebHost", () => {
  it("refuses to remove a bridge in the run that creates the web host again, with the two commands", () => {
    expect(problemsOf([step("jvb-1-drain")])).toEqual([
      {
        key: undefined,
        reason:
          "jvb-1 cannot be removed in this run: that is done on the web host, and the steps in the state know only the former web host",
        fix: "pulumi config set jvbCount 2 && pulumi up  # these steps then know the web host; then: pulumi config set jvbCount 1 && pulumi up",
      },
    ]);
  });

  it("replaces the web host in the first of them, where the run replaces it", () => {
    const replaced = { replacedUrn: "urn:a$b::jitsi-web" };
    const [problem] = problemsOf([step("jvb-1-drain")], { jvbCount: "1" }, replaced);
    expect(problem?.fix).toContain("jvbCount 2 && pulumi up --replace 'urn:a$b::jitsi-web'  # ");
    expect(problem?.fix).toMatch(/jvbCount 1 && pulumi up$/);
  });

  it.each<[string, string[], RawConfig, string, string]>([
    [
      "a bridge in the middle",
      ["jvb-1-drain"],
      { jvbCount: "2", removedBridges: "[1]" },
      "pulumi config rm removedBridges && pulumi config set jvbCount 3 && pulumi up",
      "pulumi config set removedBridges '[1]' && pulumi config set jvbCount 2 && pulumi up",
    ],
    [
      "one beside another that was removed before",
      ["jvb-1-drain"],
      { jvbCount: "1", removedBridges: "[0,1]" },
      "pulumi config set removedBridges '[0]' && pulumi config set jvbCount 2 && pulumi up",
      "pulumi config set removedBridges '[0,1]' && pulumi config set jvbCount 1 && pulumi up",
    ],
    [
      "the bridge on the web host",
      ["local-drain", "local-removal"],
      { jvbCount: "2" },
      "pulumi config set localBridge always && pulumi up",
      "pulumi config set localBridge auto && pulumi up",
    ],
    [
      "the last recorder, with what is on the web host for recorders",
      ["jibri-0-drain", "web-recording", "web-recorder-account-call-v1"],
      { jvbCount: "2" },
      "pulumi config set jibriCount 1 && pulumi up",
      "pulumi config set jibriCount 0 && pulumi up",
    ],
    [
      "the recorder on the web host",
      ["local-recorder-drain", "local-recorder-removal"],
      { jvbCount: "2" },
      "pulumi config set localRecorder true && pulumi up",
      "pulumi config set localRecorder false && pulumi up",
    ],
    [
      "an existing machine",
      ["node-berlin-drain", "node-berlin-forward-removal", "node-berlin-access"],
      { jvbCount: "2" },
      "pulumi up  # with berlin in existingNodes again, ",
      "then: pulumi up",
    ],
    [
      "the account of a former password",
      ["web-account-v1"],
      { jvbCount: "2", jvbSecretVersion: "2" },
      "pulumi up  # after the setting that removes this is changed back, ",
      "then: pulumi up",
    ],
  ])("names the commands for %s", (_, steps, settings, first, then) => {
    const [problem, ...more] = problemsOf(
      steps.map((name) => step(name)),
      settings,
    );
    expect(problem?.fix.startsWith(first)).toBe(true);
    expect(problem?.fix.endsWith(then)).toBe(true);
    expect(more).toEqual([]);
  });

  it("refuses to drain bridges and recorders that were lost with the web host, with the way on", () => {
    const lost = { removes: () => false, replaces: (urn: string) => !urn.includes("jvb-0") };
    const steps = [step("jvb-1-drain"), step("jibri-0-drain"), step("node-berlin-drain")];
    expect(problemsOf(steps, {}, lost)).toEqual([
      {
        key: undefined,
        reason: expect.stringMatching(
          /^The former jvb-1, jibri-0, berlin cannot be drained/,
        ) as string,
        fix: expect.stringMatching(
          /^npm run drain:skip -- 1 && npm run drain:skip -- jibri-0 && npm run drain:skip -- berlin && pulumi up  # /,
        ) as string,
      },
    ]);
  });

  it("refuses it also after a run that has created the web host and failed before the bridge's steps", () => {
    const stays = { isNewWebHost: false };
    const other = step("jvb-1-drain", { ...web, hostKey: "ssh-ed25519 of the web host before" });
    expect(problemsOf([other], { jvbCount: "1" }, stays)).toHaveLength(1);
    expect(problemsOf([step("jvb-1-drain")], { jvbCount: "1" }, stays)).toEqual([]);
  });

  it("refuses nothing where the state does not tell the key of the web host", () => {
    const other = step("jvb-1-drain", { ...web, hostKey: "ssh-ed25519 of the web host before" });
    const { connection } = key.outputs;
    for (const stdout of [undefined, "", secret({})]) {
      const before = [{ ...key, outputs: { connection, stdout } }, other];
      expect(problemsOf([other], { jvbCount: "1" }, { before, isNewWebHost: false })).toEqual([]);
    }
  });

  it("does not mind what is not done on the web host, or runs nothing", () => {
    const machine = step("node-berlin-leave", { host: "192.0.2.7", hostKey: "ssh-ed25519 berlin" });
    const files = {
      ...step("jvb-1-files"),
      outputs: { connection: secret(web), create: "jvb/files" },
    };
    expect(problemsOf([machine, files])).toEqual([]);
    // A new stack.
    expect(problemsOf([], {}, { before: [], removes: () => true })).toEqual([]);
  });
});

describe("checkLostWebHost", () => {
  const bridges = [server("jvb", 0), server("jvb", 1)];
  const check = (raw: RawConfig, servers = bridges, resources = [key, step("jvb-1-drain")]) => {
    const settings = parseSettings({ domain: "meet.example.org", ...raw });
    const plan = planOf(raw);
    const state = { resources: () => Promise.resolve(resources) };
    return checkLostWebHost(settings, plan, plannedHosts(plan, servers), state);
  };

  it("refuses it before the run, where neither Hetzner nor the state has a web host", async () => {
    const { problems } = await check({ jvbCount: "1" });
    expect(problems).toMatchObject([{ reason: expect.stringContaining("jvb-1 cannot") as string }]);
    expect((await check({ jvbCount: "2" })).problems).toEqual([]);
  });

  it("refuses the drain of a bridge that was lost too", async () => {
    const { problems } = await check({ jvbCount: "2" }, [server("jvb", 0)]);
    expect(problems).toMatchObject([
      { reason: expect.stringContaining("The former jvb-1 cannot be drained") as string },
    ]);
  });

  it("leaves a server that the state still has to the check of servers that are gone", async () => {
    const { urn, ...rest } = stateServer("7", "0");
    const known = { ...rest, urn: urn.replace("jvb-0", "web") };
    const { problems } = await check({ jvbCount: "1" }, bridges, [known, key, step("jvb-1-drain")]);
    expect(problems).toEqual([]);
  });

  it("reads no state where Hetzner lists the web host", async () => {
    const settings = parseSettings({ domain: "meet.example.org" });
    const hosts = plannedHosts(planOf({}), [server("web")]);
    const state = { resources: () => Promise.reject(new Error("read")) };
    expect((await checkLostWebHost(settings, planOf({}), hosts, state)).problems).toEqual([]);
  });
});
