import * as pulumi from "@pulumi/pulumi";
import { checkLocalBridge } from "../../../../lib/preflight/localBridgeCheck";

const type =
  "jitsi-hetzner:index:JitsiCluster$jitsi-hetzner:index:LocalBridge$command:remote:Command";
const urn = (name: string) => `urn:pulumi:production::jitsi-hetzner::${type}::${name}`;
const stateOf = (...names: string[]) => ({
  resources: () => Promise.resolve(names.map((name) => ({ urn: urn(name), type, outputs: {} }))),
});
const withLocal = stateOf("jitsi-jvb-0-drain", "jitsi-local-drain");
const withoutLocal = stateOf("jitsi-jvb-0-drain");
const never = async (state: typeof withLocal) =>
  (await checkLocalBridge("never", true, state)).problems;

describe("checkLocalBridge", () => {
  it("refuses to close the port of a bridge that people may be on, and names the order", async () => {
    expect(await never(withLocal)).toEqual([
      {
        key: "localBridge",
        reason: expect.stringContaining(
          "whose media port would close before its participants",
        ) as string,
        fix: expect.stringMatching(/localBridge auto .*localBridge never/) as string,
      },
    ]);
  });

  it("lets it close where there is no such bridge", async () => {
    expect(await never(withoutLocal)).toEqual([]);
  });

  it("asks nobody where the port stays open, or nothing is there yet", async () => {
    const nobody = { resources: () => Promise.reject(new Error("asked")) };
    expect((await checkLocalBridge("auto", true, nobody)).problems).toEqual([]);
    expect((await checkLocalBridge("never", false, nobody)).problems).toEqual([]);
  });

  it("asks the engine for the state of this stack, by its whole name", async () => {
    const asked: pulumi.runtime.MockCallArgs[] = [];
    await pulumi.runtime.setMocks(
      {
        newResource: ({ name }) => ({ id: name, state: {} }),
        call: (args) => {
          asked.push(args);
          return { outputs: { [urn("jitsi-local-drain")]: {} } };
        },
      },
      "jitsi-hetzner",
      "production",
      false,
      "acme",
    );
    expect((await checkLocalBridge("never", true)).problems).toHaveLength(1);
    expect(asked).toMatchObject([
      {
        token: "pulumi:pulumi:readStackResourceOutputs",
        inputs: { stackName: "acme/jitsi-hetzner/production" },
      },
    ]);
  });
});
