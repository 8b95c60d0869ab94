import { chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { browserAccount } from "../../src/browser/account";
import { browserFlags } from "../../src/browser/flags";
import { control } from "../../src/browser/launch";
import { waitUntil } from "../../src/hosts/exec";
import { MediaParticipants, type MeetingPlace } from "../../src/media/room";
import type { MediaReport } from "../../src/media/timeline";
import { describeWithBrowser, machineBrowser, standInLibrary } from "./support/machineBrowser";

/** The time without media, in milliseconds. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

const library = readFileSync(standInLibrary, "utf8");
const config = `var config = { hosts: { domain: "meet.example.test" }, bosh: "/http-bind", startVideoMuted: 1 };`;

/**
 * The instrument that measures the media of participants, against a stand-in for the client library: real
 * WebRTC connections in a real browser, with gaps of known lengths.
 */
describeWithBrowser("participants with media", () => {
  let server: Server;
  let browser: Browser;
  let home: string;
  let participants: MediaParticipants;
  const lines: string[] = [];
  const place = (origin: string): MeetingPlace => ({
    origin,
    bridgeOf: ({ address, port }) => `${address}:${port.toString()}`,
    reloadAfter: [3, 3],
    log: (line) => lines.push(line),
  });
  const origin = (): string =>
    `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const files: Record<string, string> = {
        "/config.js": config,
        "/libs/lib-jitsi-meet.min.js": library,
      };
      const body = files[request.url ?? ""];
      response.writeHead(body === undefined ? 404 : 200, { "content-type": "text/javascript" });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    home = mkdtempSync(join(tmpdir(), "jitsi-hetzner-media-"));
    const account = browserAccount();
    chownSync(home, account.uid, account.gid);
    browser = await control({
      command: "setpriv",
      args: [
        ...account.setpriv,
        machineBrowser ?? "",
        ...browserFlags(join(home, "profile"), { fakeMedia: true, headless: true }),
      ],
      env: { PATH: process.env.PATH, HOME: home },
    });
    participants = new MediaParticipants(browser, place(origin()));
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    server.close();
    rmSync(home, { recursive: true, force: true });
  });

  /** The page of a participant, by the order in which they joined. */
  const pageOf = (index: number): Page => {
    const page = browser.contexts()[index]?.pages()[0];
    if (page === undefined) throw new Error(`there is no page ${index.toString()}`);
    return page;
  };
  const reportOf = (index: number): MediaReport => {
    const report = participants.reports()[index];
    if (report === undefined) throw new Error(`there is no participant ${index.toString()}`);
    return report;
  };
  /** On a busy machine, a page looks at its packets less often, and says so. */
  const tolerance = ({ resolution }: MediaReport): number => 0.2 + Math.max(0.1, resolution);

  const expectGap = (index: number, { from, to }: Gap): void => {
    const report = reportOf(index);
    expect(Math.abs(report.longestGap - (to - from) / 1000)).toBeLessThan(tolerance(report));
  };

  it("join with the web host's library, through a bridge, and get media", async () => {
    const reports = await participants.join("board", 2);
    expect(reports).toHaveLength(2);
    for (const report of reports) {
      expect(report).toMatchObject({ state: "in the meeting", moved: 0, cut: 0 });
      expect(report.bridge).toMatch(/:\d+$/);
      expect(report.mediaAfter).toBeGreaterThanOrEqual(0);
    }
    expect(await pageOf(0).evaluate("standInOptions")).toMatchObject({
      conference: { p2p: { enabled: false } },
      connection: {
        hosts: { domain: "meet.example.test" },
        serviceUrl: `${origin()}/http-bind?room=board`,
      },
      connect: { name: "board" },
    });
    expect(await pageOf(0).evaluate("standInOptions.conference.startVideoMuted")).toBeUndefined();
  }, 120_000);

  it("have the known length of a gap as their longest one, and of a longer one after it", async () => {
    expectGap(0, await pageOf(0).evaluate<Gap>("standIn.gap(1500)"));
    await waitUntil("media come again", () => (reportOf(0).gapNow ?? 9) < 0.4, 30_000);
    expectGap(0, await pageOf(0).evaluate<Gap>("standIn.gap(2500)"));
    await waitUntil("media come again", () => (reportOf(0).gapNow ?? 9) < 0.4, 30_000);
    expect(reportOf(0)).toMatchObject({ moved: 0, cut: 0 });
    // The other one has heard no gap.
    expect(reportOf(1).longestGap).toBeLessThan(0.3 + tolerance(reportOf(1)));
  }, 60_000);

  it("are moved to another bridge, without a cut", async () => {
    const before = reportOf(1).bridge;
    const gap = await pageOf(1).evaluate<Gap>("standIn.move(1200)");
    await waitUntil("it is moved", () => reportOf(1).moved === 1, 30_000);
    expectGap(1, gap);
    expect(reportOf(1)).toMatchObject({ moved: 1, cut: 0 });
    expect(reportOf(1).bridge).not.toBe(before);
  }, 60_000);

  it("are cut where the client notices the loss first", async () => {
    const gap = await pageOf(1).evaluate<Gap>("standIn.cut(3000)");
    await waitUntil("it is cut", () => reportOf(1).cut === 1, 30_000);
    expectGap(1, gap);
    expect(reportOf(1)).toMatchObject({ moved: 1, cut: 1 });
  }, 60_000);

  it("load the page again when the meeting fails, which is a cut", async () => {
    const from = await pageOf(0).evaluate<number>("standIn.fail()");
    expect(reportOf(0)).toMatchObject({ state: "reloading", cut: 1, moved: 0 });
    await waitUntil("it is back", () => reportOf(0).state === "in the meeting", 30_000);
    const to = await pageOf(0).evaluate<number>("standIn.startedAt");
    const report = reportOf(0);
    expect(report).toMatchObject({ cut: 1, moved: 0, error: "conference.focusLeft" });
    // Longer than every gap before.
    expect(to - from).toBeGreaterThan(3000);
    expectGap(0, { from, to });
  }, 60_000);

  it("leave with their report, and a single one has no gap", async () => {
    const reports = await participants.leave("board", 1);
    expect(reports.map(({ state }) => state)).toEqual(["in the meeting", "left"]);
    expect(reports[1]).toMatchObject({ moved: 1, cut: 1 });
    expect(reportOf(0).gapNow).toBeUndefined();
    expect(browser.contexts()).toHaveLength(1);
    await participants.leave("board");
    expect(participants.running).toBe(0);
    await expect(participants.leave("board")).rejects.toThrow(
      "board has no participants with media",
    );
  }, 60_000);

  it("fail with the library's error, and without a library with what is missing", async () => {
    await expect(participants.join("locked", 1)).rejects.toThrow(
      "locked-3 cannot join locked: conference.passwordRequired",
    );
    expect(participants.running).toBe(0);
  }, 60_000);
});
