import type { CloudServer } from "../../../../tools/status/cloudServers";
import { reverseNameDifferences } from "../../../../tools/status/compareReverseNames";
import { cloudServer, declaring, healthy } from "./support";

const web = cloudServer("10", "jitsi-web-a");
const bridges = [cloudServer("11", "jitsi-jvb-0-b"), cloudServer("12", "jitsi-jvb-1-c")];
const differences = (servers: readonly CloudServer[] | undefined, facts = healthy) =>
  reverseNameDifferences({ ...facts, servers });

describe("reverseNameDifferences", () => {
  it("finds none where each address has the name of its host, in whatever case", () => {
    const upper = web.reverseNames.map((one) => ({ ...one, name: "Meet.Example.Test" }));
    expect(differences([{ ...web, reverseNames: upper }, ...bridges])).toEqual([]);
  });

  it("names each address with another name, and each without one, with the way back", () => {
    const changed = [
      { address: "192.0.2.10", name: "static.192.0.2.10.example.net" },
      { address: "2001:db8:10::1", name: null },
    ];
    expect(differences([{ ...web, reverseNames: changed }, ...bridges])).toEqual([
      "the reverse DNS of web's address 192.0.2.10 is static.192.0.2.10.example.net, but should be meet.example.test: pulumi refresh, then pulumi up",
      "the reverse DNS of web's address 2001:db8:10::1 is empty, but should be meet.example.test: pulumi refresh, then pulumi up",
    ]);
  });

  it("says nothing of what Hetzner does not say, and of a server that has a difference already", () => {
    expect(differences(undefined)).toEqual([]);
    expect(differences([{ ...web, reverseNames: [] }])).toEqual([]);
    const reverseNames = [{ address: "192.0.2.12", name: "other.example.net" }];
    const other = { ...cloudServer("12", "jitsi-jvb-1-c"), reverseNames };
    expect(differences([{ ...other, isLabelled: false }])).toEqual([]);
    expect(differences([other], declaring({ jvbCount: "1" }))).toEqual([]);
    expect(differences([other])).toHaveLength(1);
  });
});
