import type { Registered } from "./support/mockEngine";
import { deploy } from "./support/threeBridges";

jest.setTimeout(60_000);

describe("rollBridges", () => {
  const properties = ["serverType", "image", "userData", "sshKeys", "placementGroupId", "location"];

  it("lets the named servers be replaced by what differs, and no other", async () => {
    const cluster = await deploy({ rollBridges: [1] });
    expect(cluster.server(1)).toMatchObject({ ignoreChanges: [], replaceOnChanges: properties });
    for (const i of [0, 2]) {
      expect(cluster.server(i)).toMatchObject({ ignoreChanges: properties, replaceOnChanges: [] });
    }
  });

  it("orders a new server when the one before is in service and its old one is drained", async () => {
    const cluster = await deploy({ rollBridges: "all" });
    expect(cluster.server(0).dependencies.filter((name) => name.endsWith("-drain"))).toEqual([]);
    for (const i of [1, 2]) {
      expect(cluster.server(i).dependencies).toContain(
        `command:remote:Command jitsi-jvb-${i - 1}-drain`,
      );
    }
  });

  it("waits for those that are replaced only", async () => {
    const cluster = await deploy({ rollBridges: [0, 2] });
    const drains = ({ dependencies }: Registered) =>
      dependencies.filter((name) => name.endsWith("-drain"));
    expect(drains(cluster.server(1))).toEqual([]);
    expect(drains(cluster.server(2))).toEqual(["command:remote:Command jitsi-jvb-0-drain"]);
  });

  it("never concerns the web host", async () => {
    const cluster = await deploy({ rollBridges: "all" });
    const web = cluster.resources.find(
      ({ type, name }) => type.endsWith(":Server") && name === "jitsi-web",
    );
    expect(web).toMatchObject({ ignoreChanges: properties, replaceOnChanges: [] });
  });
});
