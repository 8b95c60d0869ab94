import { clusterArgs, deployUsual, usualSettings } from "./support/cluster";
import type { Registered } from "./support/mockEngine";
import { find } from "./support/registered";

jest.setTimeout(60_000);

describe("Firewalls", () => {
  let two: Registered[];
  beforeAll(async () => {
    two = await deployUsual();
  });

  it("lets only the admins reach port 22, on each role's hosts, and everybody what is for people", () => {
    for (const name of ["jitsi-firewall-web", "jitsi-firewall-jvb"]) {
      const { rules } = find(two, "hcloud:index/firewall:Firewall", name).inputs as {
        rules: { port?: string; sourceIps: string[] }[];
      };
      for (const { port, sourceIps } of rules) {
        const everybody = ["0.0.0.0/0", "::/0"];
        expect(sourceIps).toEqual(
          port === "22" ? clusterArgs(usualSettings).adminCidrs : everybody,
        );
      }
    }
  });
});
