import type { RrsetFact } from "../../../../lib/hcloud/cloudFacts";
import type { EngineResource } from "../../../../lib/preflight/engineState";
import { checkRecords } from "../../../../lib/preflight/recordCheck";

const nothing = { problems: [], warnings: [] };

/** A state with one record of the zone example.org. */
const stateWith = (name: string, type: string) => ({
  resources: (): Promise<EngineResource[]> =>
    Promise.resolve([
      {
        urn: `urn:pulumi:production::jitsi-hetzner::hcloud:index/zoneRrset:ZoneRrset::jitsi-web-dns`,
        type: "hcloud:index/zoneRrset:ZoneRrset",
        outputs: { zone: "example.org", name, type },
      },
    ]),
});

describe("checkRecords", () => {
  const own = { project: "jitsi-hetzner", stack: "production", "managed-by": "pulumi" };
  const rrset = (name: string, type: string, labels: Record<string, string> = {}): RrsetFact => ({
    name,
    type,
    labels,
    records: [{ value: "192.0.2.9" }],
  });
  const check = async (hostnames: string[], ...rrsets: RrsetFact[]) =>
    checkRecords(hostnames, "example.org", { rrsets }, own, stateWith("meet", "AAAA"));

  it("takes the stack's own records for what they are", async () => {
    expect(await check(["meet.example.org"], rrset("meet", "A", { ...own, role: "web" }))).toEqual(
      nothing,
    );
  });

  it("leaves records of other names alone", async () => {
    expect(await check(["meet.example.org"], rrset("www", "A"), rrset("@", "A"))).toEqual(nothing);
  });

  it.each(["A", "CNAME"])("refuses to stand beside somebody's %s record", async (type) => {
    const { problems } = await check(["meet.example.org"], rrset("meet", type));
    expect(problems).toEqual([
      {
        key: "dnsZone",
        reason: `example.org has a record for meet.example.org that is not this stack's: ${type} 192.0.2.9`,
        fix: `hcloud zone rrset delete example.org meet ${type}  # if it is not needed any more; or use another name`,
      },
    ]);
  });

  it("finds records of the apex and of names below the domain", async () => {
    const found = await check(
      ["example.org", "jvb-0.a.b.example.org"],
      rrset("@", "A"),
      rrset("jvb-0.a.b", "AAAA"),
    );
    expect(found.problems.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("for example.org that is not this stack's: A") as string,
      expect.stringContaining("for jvb-0.a.b.example.org that is not this stack's: AAAA") as string,
    ]);
  });

  it("does not take another stack's records for its own", async () => {
    const labels = { ...own, stack: "staging" };
    const others = [rrset("meet", "A", labels), rrset("meet", "AAAA", labels)];
    expect((await check(["meet.example.org"], ...others)).problems).toHaveLength(2);
  });

  it("does not ask to delete a record of the state that has lost its labels: a host has its name from it", async () => {
    expect(await check(["meet.example.org"], rrset("meet", "AAAA"))).toEqual({
      problems: [],
      warnings: [
        "the record AAAA meet in example.org has lost this stack's labels: pulumi refresh; then: pulumi up",
      ],
    });
  });

  it("reads the state only for a record without labels", async () => {
    const resources = jest.fn<Promise<EngineResource[]>, []>().mockResolvedValue([]);
    const zone = { rrsets: [rrset("meet", "A", own), rrset("www", "A")] };
    await checkRecords(["meet.example.org"], "example.org", zone, own, { resources });
    expect(resources).not.toHaveBeenCalled();
  });
});
