import { parseSettings } from "../../../../lib/config/settings";
import type { ServerFact } from "../../../../lib/hcloud/cloudFacts";
import { declaredHosts, type DeclaredHost } from "../../../../lib/preflight/declared";
import { checkRoll, differingHosts, rollNotes } from "../../../../lib/preflight/rollCheck";
import { cpx42, cx23, server } from "./support/cloud";

const wanted = { types: { web: "cx23", jvb: "cpx42" }, image: "debian-12", location: "fsn1" };

function hosts(count: number, change: (index: number) => Partial<ServerFact> = () => ({})) {
  const settings = parseSettings({ domain: "meet.example.org", jvbCount: count.toString() });
  const bridges = Array.from({ length: count }, (_, i) => ({ ...server("jvb", i), ...change(i) }));
  return declaredHosts(settings, [server("web", undefined, cx23), ...bridges]);
}

const names = (found: readonly { readonly host: DeclaredHost; readonly how: string }[]) =>
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
    expect(rollNotes(hosts(2, old), wanted, [])).toEqual([
      "Not as a new server would be, and left as they are: jvb-0 (debian-11, not debian-12), jvb-1 (debian-11, not debian-12); `npm run roll` replaces bridges one by one",
    ]);
  });

  it("says in one line that hosts of before the change of the default keep their image, and how to stay with it", () => {
    const before = () => ({ image: { name: "debian-12" } });
    expect(rollNotes(hosts(2, before), { ...wanted, image: "debian-13" }, [])).toEqual([
      "Nothing is replaced for another image: debian-12 stays on jvb-0, jvb-1, while new servers get debian-13. To order debian-12 for them too: pulumi config set image debian-12; `npm run roll` replaces bridges one by one",
    ]);
  });

  it("says how many servers there are at the most", () => {
    const [kept, rolled, ...more] = rollNotes(hosts(3, old), wanted, [0, 2]);
    expect(kept).toContain("left as they are: jvb-1 (");
    expect(rolled).toMatch(
      /^rollBridges replaces jvb-0 \(.*\), jvb-2 \(.*\), one after the other; .* up to 6 servers/,
    );
    expect(more).toEqual([]);
  });

  it("names the web host, for which there is no roll", () => {
    const types = { ...wanted.types, web: "ccx13" };
    expect(rollNotes(hosts(1), { ...wanted, types }, "all")).toEqual([
      "Not as a new server would be, and left as they are: web (cx23, not ccx13)",
    ]);
  });

  it("is silent where rollBridges was left set and everybody is up to date", () => {
    expect(rollNotes(hosts(3), wanted, "all")).toEqual([]);
  });
});

describe("checkRoll", () => {
  const old = () => ({ image: { name: "debian-11" } });

  it("refuses more servers than a placement group holds", () => {
    const { problems } = checkRoll(hosts(9, old), wanted, "all");
    expect(problems.map(({ key, reason }) => `${key ?? ""} ${reason}`)).toEqual([
      "rollBridges replaces 9 bridges in one run, with 18 servers in one placement group until its end; Hetzner allows 10",
    ]);
  });

  it.each<[string, number, "all" | number[]]>([
    ["one of a full group", 9, [4]],
    ["five of five", 5, "all"],
    ["none", 9, []],
  ])("lets %s go", (_, count, rollBridges) => {
    expect(checkRoll(hosts(count, old), wanted, rollBridges).problems).toEqual([]);
  });

  it("is not in the way of bridges that are up to date", () => {
    expect(checkRoll(hosts(9), wanted, "all").problems).toEqual([]);
  });
});
