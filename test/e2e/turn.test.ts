import type { ParticipantsReport } from "../../packages/sandbox/src/participants";
import { unneededPackages } from "./goldenImage";
import { goldenHosts, TestCluster, type Outcome } from "./harness";

/** Everything that bridges take in turn, while people talk. Each case starts where the last one ended. */
describe("three bridges that take turns", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("turn", 3, goldenHosts);
    for (const room of ["board", "lesson", "choir"]) await cluster.people.join(room, 10);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const people = (): Promise<ParticipantsReport> => cluster.people.list();
  const starts = (): Promise<string> =>
    cluster.mustOnHost(
      "web",
      "systemctl show -p ActiveEnterTimestampMonotonic --value nginx prosody jicofo",
    );
  /** Seconds that each bridge was out of service, in the order of their turns. */
  // The display can show a line of the step again.
  const secondsOut = ({ text }: Outcome): [string, number][] => [
    ...new Map(
      [...text.matchAll(/ (jvb-\d) was out of service for (\d+) s/g)].map(
        ([, name = "", seconds]) => [name, Number(seconds)] as const,
      ),
    ),
  ];

  /** Changes settings while people talk: nobody is cut off, no service of the web host restarts. */
  async function change(settings: Record<string, string>): Promise<Outcome> {
    const [before, services] = [await people(), await starts()];
    await cluster.configure(settings);
    const outcome = await cluster.up();
    expect([outcome.code, outcome.code === 0 ? "" : outcome.text]).toEqual([0, ""]);
    const after = await people();
    expect(after.totals).toMatchObject({ participants: 30, cut: 0, left: 0 });
    expect(after.totals.moved).toBeGreaterThan(before.totals.moved);
    expect(after.bridges.map(({ operational, draining }) => [operational, draining])).toEqual(
      Array(3).fill([true, false]),
    );
    expect(await starts()).toBe(services);
    return outcome;
  }

  it("have no package from their golden image that they would not have installed, nor has their web host", async () => {
    const asked = ["web", "jvb-0"].map((host) => unneededPackages(cluster, host));
    expect(await Promise.all(asked)).toEqual([[], []]);
  });

  it("take another heap one by one, with nobody cut off", async () => {
    const outcome = await change({ bridgeHeapMb: "2000" });
    const out = secondsOut(outcome);
    expect(out.map(([name]) => name)).toEqual(["jvb-0", "jvb-1", "jvb-2"]);
    expect(Math.max(...out.map(([, seconds]) => seconds))).toBeLessThan(60);
    const running =
      "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value jitsi-videobridge2)/environ";
    expect(await cluster.mustOnHost("jvb-1", running)).toContain("VIDEOBRIDGE_MAX_MEMORY=2000m");
  }, 240_000);

  it("change to another account one by one, and only then the old one goes", async () => {
    const outcome = await change({ jvbSecretVersion: "2" });
    const out = secondsOut(outcome);
    expect(out).toHaveLength(3);
    expect(Math.max(...out.map(([, seconds]) => seconds))).toBeLessThan(60);
    const accounts = "ls /var/lib/prosody/auth%2e*/accounts";
    expect(await cluster.mustOnHost("web", accounts)).toBe("focus.dat\njvb%2d2.dat");
    const { text } = outcome;
    expect(text.indexOf("jvb-2 was out of service")).toBeLessThan(
      text.indexOf("removed jvb@auth.meet.example.test"),
    );
    const isAdmin =
      'prosodyctl shell "> require [[core.usermanager]].is_admin([[jvb-2@auth.meet.example.test]], [[internal.auth.meet.example.test]])"';
    expect(await cluster.mustOnHost("web", isAdmin)).toContain("Result: true");
  }, 240_000);

  it("are replaced one by one, each by a new server that works before the old one is emptied", async () => {
    const servers = async (): Promise<Record<string, number>> => {
      const { stdout } = await cluster.hcloud("server", "list", "-o", "json");
      const all = JSON.parse(stdout) as {
        id: number;
        labels: { role: string };
        server_type: { name: string };
      }[];
      return Object.fromEntries(
        all.filter(({ labels }) => labels.role === "jvb").map((s) => [s.server_type.name, s.id]),
      );
    };
    expect(Object.keys(await servers())).toEqual(["cpx42"]);
    await change({ jvbServerType: "ccx33", rollBridges: "true" });
    expect(Object.keys(await servers())).toEqual(["ccx33"]);
  }, 300_000);

  it("are left alone where they are as new ones would be", async () => {
    const { totals } = await people();
    const outcome = await cluster.up();
    expect([outcome.code, (await people()).totals]).toEqual([0, totals]);
    expect(outcome.text).not.toMatch(/jitsi-jvb-\d+ (replac|creat|delet|updat)/);
  }, 120_000);
});
