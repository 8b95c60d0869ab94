import { addressesOf } from "../../../src/media/bridges";
import { mediaTable } from "../../../src/media/report";
import type { MediaReport } from "../../../src/media/timeline";

const report: MediaReport = {
  participant: "board-1",
  room: "board",
  state: "in the meeting",
  bridge: "jvb-0",
  joinedAfter: 2.5,
  mediaAfter: 3.25,
  longestGap: 0.42,
  gapNow: 0.05,
  resolution: 0.12,
  moved: 1,
  cut: 0,
};

describe("the table of participants with media", () => {
  it("shows each participant", () => {
    const other: MediaReport = {
      ...{ participant: "board-2", room: "board", state: "failed", longestGap: 0 },
      ...{ resolution: 0.1, moved: 0, cut: 0, error: "conference.passwordRequired" },
    };
    expect(mediaTable([report, other]).split("\n")).toEqual([
      "WITH MEDIA  STATE           BRIDGE  JOINED s  MEDIA s  LONGEST GAP s  GAP NOW s  MOVED  CUT  LAST ERROR",
      "board-1     in the meeting  jvb-0   2.50      3.25     0.42           0.05       1      0",
      "board-2     failed          -       -         -        0.00           -          0      0    conference.passwordRequired",
    ]);
  });

  it("warns when the machine was too busy to measure", () => {
    expect(mediaTable([{ ...report, resolution: 1.27 }])).toContain(
      "for 1.3 s, a page did not look at its media",
    );
  });
});

describe("a bridge's addresses", () => {
  it("are those of its interfaces", () => {
    expect(
      addressesOf({
        ...{ id: 7, name: "jvb-0", status: "running", server_type: { name: "cx23" } },
        public_net: { ipv4: { ip: "198.18.0.10" }, ipv6: { ip: "fd5a:6a68:0:10::/64" } },
        private_net: [{ ip: "10.0.1.2" }],
      }),
    ).toEqual(["198.18.0.10", "fd5a:6a68:0:10::1", "10.0.1.2"]);
  });
});
