import {
  beginTimeline,
  mediaReport,
  observe,
  type PageEvent,
  type Remote,
  type SandboxEvent,
  type Timeline,
} from "../../../src/media/timeline";

const addresses: Readonly<Record<string, string>> = {
  "198.18.0.10": "jvb-0",
  "fd5a::1": "jvb-0",
  "198.18.0.11": "jvb-1",
};
const nameOf = ({ address }: Remote): string => addresses[address] ?? address;

const first = { address: "198.18.0.10", port: 10000 };
const second = { address: "198.18.0.11", port: 10000 };

type Event = PageEvent | SandboxEvent;

const after = (...events: readonly Event[]): Timeline =>
  events.reduce((timeline, event) => observe(timeline, event, nameOf), beginTimeline(0));

/** Samples every 100 ms, each with new packets. */
const talk = (from: number, to: number, remote: Remote = first, offset = 0): Event[] =>
  Array.from({ length: (to - from) / 100 + 1 }, (_, i) => ({
    kind: "sample",
    at: from + i * 100,
    received: from + i * 100 + 1 - offset,
    remote,
  }));

const silence = (from: number, to: number, received: number): Event[] =>
  Array.from({ length: (to - from) / 100 + 1 }, (_, i) => ({
    kind: "sample",
    at: from + i * 100,
    received,
  }));

const company: Event = { kind: "company", at: 0, others: true };
const joined: Event = { kind: "joined", at: 500 };

const reportOf = (timeline: Timeline, now: number, left = false) =>
  mediaReport({ participant: "board-1", room: "board" }, timeline, now, left);

describe("a participant's timeline", () => {
  it("has the time without packets as its longest gap", () => {
    const timeline = after(
      company,
      joined,
      ...talk(1000, 2000),
      ...silence(2100, 2600, 2001),
      ...talk(2700, 4000),
      ...silence(4100, 5200, 4001),
      ...talk(5300, 6000),
    );
    expect(reportOf(timeline, 6000)).toEqual({
      participant: "board-1",
      room: "board",
      state: "in the meeting",
      bridge: "jvb-0",
      joinedAfter: 0.5,
      mediaAfter: 1,
      longestGap: 1.3,
      gapNow: 0,
      resolution: 0.1,
      moved: 0,
      cut: 0,
      error: undefined,
    });
  });

  it("counts a gap that has not ended, and keeps it when the participant or all others leave", () => {
    const silent = after(company, joined, ...talk(1000, 2000), ...silence(2100, 3000, 2001));
    expect(reportOf(silent, 3000)).toMatchObject({ longestGap: 1, gapNow: 1 });
    const alone = observe(silent, { kind: "company", at: 4000, others: false }, nameOf);
    expect(reportOf(alone, 60_000)).toMatchObject({ longestGap: 2, gapNow: undefined });
  });

  it("has no gap while no other participant sends media", () => {
    const events: Event[] = [
      joined,
      ...silence(600, 9000, 0),
      { kind: "company", at: 9000, others: true },
      ...silence(9100, 9500, 0),
      ...talk(9600, 10_000),
    ];
    const timeline = after(...events);
    expect(reportOf(timeline, 10_000)).toMatchObject({ longestGap: 0.1, mediaAfter: 0.6 });
  });

  it("has its first media not before the first other participant", () => {
    const events: Event[] = [
      { kind: "company", at: 1000, others: true },
      { kind: "sample", at: 940, received: 5, remote: first },
    ];
    expect(reportOf(after(...events), 1000)).toMatchObject({ mediaAfter: 0 });
  });

  it("counts a move when media come from another bridge without an interruption", () => {
    const timeline = after(
      company,
      ...talk(1000, 2000),
      ...silence(2100, 2300, 2001),
      ...talk(2400, 3000, second),
    );
    expect(reportOf(timeline, 3000)).toMatchObject({
      bridge: "jvb-1",
      moved: 1,
      cut: 0,
      longestGap: 0.4,
    });
  });

  it("counts no move between the IPv4 and the IPv6 address of a bridge", () => {
    const ipv6 = { address: "fd5a::1", port: 10000 };
    const timeline = after(company, ...talk(1000, 2000), ...talk(2100, 3000, ipv6));
    expect(reportOf(timeline, 3000)).toMatchObject({ bridge: "jvb-0", moved: 0, cut: 0 });
  });

  it("counts a cut when the client notices the loss before it gets another bridge", () => {
    const timeline = after(
      company,
      ...talk(1000, 2000),
      { kind: "interrupted", at: 7000 },
      ...silence(7100, 9000, 2001),
      ...talk(9100, 9500, second),
    );
    expect(reportOf(timeline, 9500)).toMatchObject({ moved: 0, cut: 1, longestGap: 7.1 });
  });

  it("counts neither when the same bridge answers again after an interruption", () => {
    const timeline = after(
      company,
      ...talk(1000, 2000),
      { kind: "interrupted", at: 7000 },
      ...talk(8000, 9000),
      ...talk(9100, 9500, second),
    );
    expect(reportOf(timeline, 9500)).toMatchObject({ moved: 1, cut: 0, longestGap: 6 });
  });

  it("counts a reload as one cut, and its gap until media come to the new page", () => {
    const failed: Event = {
      kind: "failed",
      at: 2100,
      error: "conference.focusLeft",
      reloads: true,
    };
    const reloading = after(company, joined, ...talk(1000, 2000), failed);
    expect(reportOf(reloading, 15_000)).toMatchObject({
      state: "reloading",
      longestGap: 13,
      resolution: 0.1,
    });
    const events = [...silence(20_000, 20_900, 0), ...talk(21_000, 22_000, second, 20_990)];
    const timeline = events.reduce((all, event) => observe(all, event, nameOf), reloading);
    expect(reportOf(timeline, 22_000)).toMatchObject({
      state: "in the meeting",
      bridge: "jvb-1",
      moved: 0,
      cut: 1,
      longestGap: 19,
      resolution: 0.1,
      error: "conference.focusLeft",
    });
  });

  it("says how long the page did not look, because no gap is known better", () => {
    const timeline = after(company, ...talk(1000, 2000), ...talk(2800, 3000));
    expect(reportOf(timeline, 3000)).toMatchObject({ longestGap: 0.8, resolution: 0.8 });
    expect(reportOf(timeline, 4500)).toMatchObject({ resolution: 1.5 });
    expect(reportOf(timeline, 4500, true)).toMatchObject({ state: "left", resolution: 0.8 });
  });

  it("fails to join with an error that no reload repairs", () => {
    const error = "conference.passwordRequired";
    const timeline = after({ kind: "failed", at: 300, error, reloads: false });
    expect(reportOf(timeline, 300)).toMatchObject({ state: "failed", cut: 0, error });
  });
});
