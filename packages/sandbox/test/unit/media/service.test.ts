import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../src/cliSupport";
import { askMedia, mediaPaths, mediaPid } from "../../../src/media/requests";
import { serve, type Meeting } from "../../../src/media/service";
import type { MediaReport } from "../../../src/media/timeline";

const report: MediaReport = {
  ...{ participant: "board-1", room: "board", state: "in the meeting", longestGap: 0.1 },
  ...{ resolution: 0.1, moved: 0, cut: 0 },
};

/** A meeting whose joins take as long as the test says. */
class SlowMeeting implements Meeting {
  running = 0;
  finishJoin: () => void = () => undefined;

  async join(): Promise<MediaReport[]> {
    await new Promise<void>((resolve) => (this.finishJoin = resolve));
    this.running = 1;
    return this.reports();
  }

  leave(room: string): Promise<MediaReport[]> {
    if (room === "broken") return Promise.reject(new Error("the browser ended"));
    if (this.running === 0) {
      return Promise.reject(new UserError(`${room} has no participants with media`));
    }
    this.running = 0;
    return Promise.resolve([{ ...report, state: "left" }]);
  }

  reports(): MediaReport[] {
    return this.running === 0 ? [] : [report];
  }
}

describe("the service of participants with media", () => {
  let dir: string;
  let server: Server;
  let meeting: SlowMeeting;
  let ends: number;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-media-"));
    mkdirSync(join(dir, "logs"));
    meeting = new SlowMeeting();
    ends = 0;
    server = serve(meeting, () => ends++);
    await new Promise<void>((resolve) => server.listen(mediaPaths(dir).socket, resolve));
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true });
  });

  it("ends after the last participant, and not while one joins", async () => {
    const joining = askMedia(dir, { verb: "join", room: "board", participants: 1 });
    expect(await askMedia(dir, { verb: "list" })).toEqual([]);
    expect(ends).toBe(0);
    meeting.finishJoin();
    expect(await joining).toEqual([report]);
    expect(await askMedia(dir, { verb: "list" })).toEqual([report]);
    expect(ends).toBe(0);
    expect(await askMedia(dir, { verb: "leave", room: "board" })).toEqual([
      { ...report, state: "left" },
    ]);
    expect(ends).toBe(1);
  });

  it("hands errors of the user on, and says when the machine cannot take so many", async () => {
    await expect(askMedia(dir, { verb: "leave", room: "empty" })).rejects.toThrow(
      new UserError("empty has no participants with media"),
    );
    const many = askMedia(dir, { verb: "join", room: "board", participants: 5000 });
    await expect(many).rejects.toThrow(/^5000 participants with media are too many/);
    await expect(many).rejects.toBeInstanceOf(UserError);
  });

  it("fails with the reason when the browser is gone", async () => {
    const complaint = jest.spyOn(console, "error").mockImplementation(() => undefined);
    await expect(askMedia(dir, { verb: "leave", room: "broken" })).rejects.toThrow(
      "the browser ended",
    );
    expect(complaint).toHaveBeenCalledTimes(1);
    complaint.mockRestore();
  });

  it("does not run where no process has said so", () => {
    expect(mediaPid(dir)).toBeUndefined();
  });
});
