import type { ServerFact } from "../../../../lib/hcloud/cloudFacts";
import { plannedHosts, type PlannedHost } from "../../../../lib/plan/plannedHosts";
import { checkRoll, differingHosts, rollNotes } from "../../../../lib/preflight/rollCheck";
import { cpx42, cx23, planOf, server } from "./support/cloud";

const wanted = {
  types: { web: "cx23", jvb: "cpx42", jibri: "cx33" },
  image: "debian-12",
  location: "fsn1",
};

/** Hosts of a web host and bridges that are there; `rolled` is the value of rollBridges. */
function hosts(
  count: number,
  change: (index: number) => Partial<ServerFact> = () => ({}),
  rolled = "[]",
) {
  const bridges = Array.from({ length: count }, (_, i) => ({ ...server("jvb", i), ...change(i) }));
  const plan = planOf({ jvbCount: count.toString(), rollBridges: rolled });
  return plannedHosts(plan, [server("web", undefined, cx23), ...bridges]);
}

const names = (found: readonly { readonly host: PlannedHost; readonly how: string }[]) =>
  found.map(({ host, how }) => `${host.name}: ${how}`);

describe("differingHosts", () => {
  it("finds nobody where all are as new ones would be", () => {
    expect(differingHosts(hosts(2), wanted)).toEqual([]);
  });

  it("finds another type, image and location", () => {
    const other = hosts(
      4,
      (i) =>
        [
          {},
          { server_type: { ...cpx42, name: "cpx41" } },
          { image: { name: "debian-11" }, location: { name: "nbg1" } },
          { location: { name: "hel1" } },
        ][i] as Partial<ServerFact>,
    );
    expect(names(differingHosts(other, wanted))).toEqual([
      "jvb-1: cpx41, not cpx42",
      "jvb-2: debian-11, not debian-12; nbg1, not fsn1",
      "jvb-3: hel1, not fsn1",
    ]);
  });

  it("knows nothing of an image that Hetzner has taken away", () => {
    expect(
      differingHosts(
        hosts(1, () => ({ image: undefined })),
        wanted,
      ),
    ).toEqual([]);
  });
});

describe("rollNotes", () => {
  const old = () => ({ image: { name: "debian-11" } });

  it("lists who is left as it is, and the way to change that", () => {
    expect(rollNotes(hosts(2, old), wanted)).toEqual([
      "Different from a new server, and kept as they are: jvb-0 (debian-11, not debian-12), jvb-1 (debian-11, not debian-12); `npm run roll` replaces bridges one by one",
    ]);
  });

  it("says in one line that hosts of before the change of the default keep their image, and how to stay with it", () => {
    const before = () => ({ image: { name: "debian-12" } });
    expect(rollNotes(hosts(2, before), { ...wanted, image: "debian-13" })).toEqual([
      "No server is replaced because of its image: jvb-0, jvb-1 keep debian-12, new servers get debian-13. To order debian-12 for new servers too: pulumi config set image debian-12; `npm run roll` replaces bridges one by one",
    ]);
  });

  it("says how many servers there are at the most", () => {
    const [kept, rolled, ...more] = rollNotes(hosts(3, old, "[0,2]"), wanted);
    expect(kept).toContain("kept as they are: jvb-1 (");
    expect(rolled).toMatch(
      /^rollBridges replaces jvb-0 \(.*\), jvb-2 \(.*\), one after the other; .* up to 6 servers/,
    );
    expect(more).toEqual([]);
  });

  it("names the web host, for which there is no roll", () => {
    const types = { ...wanted.types, web: "ccx13" };
    expect(rollNotes(hosts(1, undefined, "true"), { ...wanted, types })).toEqual([
      "Different from a new server, and kept as they are: web (cx23, not ccx13)",
    ]);
  });

  it("is silent where rollBridges was left set and everybody is up to date", () => {
    expect(rollNotes(hosts(3, undefined, "true"), wanted)).toEqual([]);
  });
});

describe("checkRoll", () => {
  const old = () => ({ image: { name: "debian-11" } });

  it("refuses more servers than a placement group holds", () => {
    const { problems } = checkRoll(hosts(9, old, "true"), wanted);
    expect(problems.map(({ key, reason }) => `${key ?? ""} ${reason}`)).toEqual([
      "rollBridges replaces 9 bridges in one run, which puts 18 servers into one placement group until its end; Hetzner allows 10",
    ]);
  });

  it.each([
    ["one of a full group", 9, "[4]"],
    ["five of five", 5, "true"],
    ["none", 9, "[]"],
  ])("lets %s go", (_, count, rollBridges) => {
    expect(checkRoll(hosts(count, old, rollBridges), wanted).problems).toEqual([]);
  });

  it("is not in the way of bridges that are up to date", () => {
    expect(checkRoll(hosts(9, undefined, "true"), wanted).problems).toEqual([]);
  });
});
