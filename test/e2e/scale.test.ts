import type { PeopleReport } from "../../sandbox/people";
import { TestCluster } from "./harness";

/** Bridges that join and leave while people talk. The order matters: each case starts where the last one ended. */
describe("a cluster that is scaled while people talk", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("scale", 2);
    await cluster.configure({ drainTimeout: "5s" });
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const scaleTo = async (jvbCount: number) => {
    await cluster.configure({ jvbCount: jvbCount.toString() });
    return cluster.up();
  };
  const people = (): Promise<PeopleReport> => cluster.people.list();
  const logins = (host: string): Promise<string> =>
    cluster.mustOnHost(host, "journalctl -u ssh --no-pager | grep -c 'Accepted publickey'");
  const starts = (): Promise<string> =>
    cluster.mustOnHost(
      "web",
      "systemctl show -p ActiveEnterTimestampMonotonic --value nginx prosody jicofo",
    );
  const operational = async (): Promise<string[]> =>
    (await people()).bridges
      .filter((bridge) => bridge.operational && !bridge.draining)
      .map((bridge) => bridge.nickname);

  it("grows from 2 to 4 with nobody noticing: no session on the old bridges, no restart", async () => {
    await cluster.people.join("board", 12);
    await cluster.people.join("lesson", 5);
    const before = [await logins("jvb-0"), await logins("jvb-1"), await starts()];
    const report = await people();
    const grown = await scaleTo(4);
    expect(grown.code).toBe(0);
    expect([await logins("jvb-0"), await logins("jvb-1"), await starts()]).toEqual(before);
    expect((await people()).rooms).toEqual(report.rooms);
    expect(await operational()).toHaveLength(4);
    console.log(grown.text.slice(-3000));
  }, 300_000);

  it("shrinks from 4 to 2 without a cut", async () => {
    for (let room = 0; room < 6; room++) await cluster.people.join(`room-${room.toString()}`, 4);
    console.log(JSON.stringify(await people(), null, 1));
    const shrunk = await scaleTo(2);
    console.log(shrunk.text);
    expect(shrunk.code).toBe(0);
    const { totals, bridges } = await people();
    expect(totals).toMatchObject({ cut: 0, participants: 41 });
    console.log(JSON.stringify(totals));
    expect(bridges.filter((bridge) => bridge.operational && !bridge.draining)).toHaveLength(2);
  }, 300_000);
});
