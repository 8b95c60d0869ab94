import { reportTables } from "../../src/commands/people";
import type { RunningSandbox } from "../../src/client";
import { Participants, type ParticipantsReport } from "../../src/participants";

const report: ParticipantsReport = {
  rooms: [
    {
      room: "board",
      participants: 5,
      bridges: { "jvb-2": 3, "jvb-3": 1 },
      waiting: 1,
      silent: 3,
      moved: 2,
      stayed: 0,
      cut: 1,
      left: 0,
    },
  ],
  bridges: [
    {
      nickname: "jvb-2",
      operational: true,
      draining: true,
      stress: 0.03,
      conferences: 1,
      participants: 3,
    },
    {
      nickname: "jvb-3",
      operational: false,
      draining: false,
      stress: 0,
      conferences: 1,
      participants: 1,
    },
  ],
  totals: { participants: 5, joined: 9, moved: 2, stayed: 0, cut: 1, left: 4 },
};

describe("sandbox people", () => {
  it("shows rooms and bridges as tables", () => {
    expect(reportTables(report)).toBe(
      [
        "ROOM        PARTICIPANTS  BRIDGES                                    MOVED  STAYED  CUT  LEFT",
        "board       5             jvb-2: 3, jvb-3: 1, waiting: 1, silent: 3  2      0       1    0",
        "all so far  5                                                        2      0       1    4",
        "",
        "BRIDGE  STATE            STRESS  CONFERENCES  PARTICIPANTS",
        "jvb-2   draining         0.030   1            3",
        "jvb-3   not operational  0.000   1            1",
      ].join("\n"),
    );
  });

  it.each([
    ["0", 0],
    ["a half", 0.5],
    ["no number", NaN],
    ["more than the maximum", 10_001],
  ])("refuses %s participants without a request", async (_, count) => {
    const participants = new Participants({} as RunningSandbox);
    await expect(participants.join("r1", count)).rejects.toThrow(
      `${count.toString()} participants are not possible; allowed: a whole number from 1 to 10000`,
    );
  });

  it("refuses a room name that cannot be part of a URL", async () => {
    const participants = new Participants({} as RunningSandbox);
    await expect(participants.leave("../stats")).rejects.toThrow(
      '"../stats" is not a valid room name; allowed: 1 to 100 letters, digits, - and _',
    );
  });
});
