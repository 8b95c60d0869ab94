import * as pulumi from "@pulumi/pulumi";
import { answers } from "./components/support/answers";
import { runProgram, valuesOf } from "./components/support/mockEngine";

type Program = typeof import("../../index");

/** Loads the program anew, as the engine does, with this stack configuration. */
async function load(config: Record<string, string>): Promise<Program> {
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [`jitsi-hetzner:${key}`, value]),
    ),
  );
  // The configuration is read while the module loads, so it has to be set before.
  const { result } = await runProgram(answers, () => import("../../index"));
  return result;
}

describe("the program", () => {
  it("says where people meet, where the hosts are, and how to reach them", async () => {
    const program = await load({
      domain: "meet.example.org",
      webServerType: "cx23",
      jvbServerType: "cpx42",
      dnsZone: "",
    });
    expect(program.url).toBe("https://meet.example.org");
    expect(await valuesOf(program.webHost)).toEqual({
      ipv4: "192.0.2.1",
      ipv6: "2001:db8:1::1",
      privateIp: "10.80.0.2",
    });
    expect(await valuesOf(program.bridges)).toHaveLength(2);
    expect((await valuesOf(program.sshCommands)).web).toBe("ssh root@192.0.2.1");
    expect(program.dnsRecordsToCreate).not.toEqual([]);
    expect(await pulumi.isSecret(program.deploymentKey)).toBe(true);
    expect(await pulumi.isSecret(pulumi.output(program.bridges))).toBe(false);
  });
});
