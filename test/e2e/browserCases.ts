import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserCommand, control } from "../../packages/sandbox/src/browser/launch";
import { BridgeNames } from "../../packages/sandbox/src/media/bridges";
import { MediaParticipants, reloadAfter } from "../../packages/sandbox/src/media/room";
import {
  itWithBrowser,
  machineBrowser,
  standInLibrary,
} from "../../packages/sandbox/test/e2e/support/machineBrowser";
import type { TestCluster } from "./harness";

/** Width and height of a PNG file, in its first chunk (IHDR). */
const sizeOf = (png: Buffer): [width: number, height: number] => [
  png.readUInt32BE(16),
  png.readUInt32BE(20),
];

/** Puts the stand-in for the client library where the package of the web application has the real one. */
async function serveLibrary(cluster: TestCluster): Promise<void> {
  const folder = "/usr/share/jitsi-meet/libs";
  const text = readFileSync(standInLibrary).toString("base64");
  await cluster.mustOnHost(
    "web",
    `mkdir -p ${folder} && echo ${text} | base64 -d >${folder}/lib-jitsi-meet.min.js`,
  );
}

/** `sandbox browser` on a cluster with a certificate of the sandbox's authority. */
export function browserCases(cluster: () => TestCluster): void {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "jitsi-hetzner-picture-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const picture = (...more: string[]) => {
    const file = join(folder, "meet.png");
    return cluster().command("browser", "--screenshot", file, "--wait", "0", ...more);
  };

  itWithBrowser(
    "shows its page in a browser, without an error of the certificate",
    async () => {
      const { code, text } = await picture();
      expect(text).toContain("https://meet.example.test/ is in");
      expect(code).toBe(0);
      expect(sizeOf(readFileSync(join(folder, "meet.png")))).toEqual([1280, 720]);
    },
    120_000,
  );

  itWithBrowser(
    "shows no page whose certificate is not valid, or whose name is unknown",
    async () => {
      const untrusted = await picture("--domain", "acme.internal.test");
      expect(untrusted.code).toBe(1);
      expect(untrusted.text).toContain("net::ERR_CERT_AUTHORITY_INVALID");
      const unknown = await picture("--domain", "meet.elsewhere.test");
      expect(unknown.code).toBe(1);
      expect(unknown.text).toContain("no address for meet.elsewhere.test; create the cluster");
    },
    120_000,
  );

  itWithBrowser(
    "gives participants with media its client library, by its names and certificate",
    async () => {
      const { sandbox } = cluster();
      await serveLibrary(cluster());
      const names = new BridgeNames(sandbox);
      const run = { headless: true, fakeMedia: true, profile: "media" };
      const browser = await control(
        await browserCommand(sandbox, { ...run, browser: machineBrowser ?? "" }),
      );
      try {
        await names.start(() => undefined);
        const lines: string[] = [];
        const participants = new MediaParticipants(browser, {
          ...{ origin: "https://meet.example.test", bridgeOf: names.nameOf, reloadAfter },
          log: (line) => lines.push(line),
        });
        const [report] = await participants.join("board", 2);
        expect(report).toMatchObject({ state: "in the meeting", moved: 0, cut: 0 });
        expect(report?.mediaAfter).toBeGreaterThanOrEqual(0);
        // Its "bridge" is in the same network on the internet.
        expect(report?.bridge).toContain(sandbox.identity.network.reserved.internet.ipv4);
        const { name, public_net } = await cluster().server("jvb-1");
        expect(names.nameOf({ address: public_net.ipv4?.ip ?? "", port: 10_000 })).toBe(name);
        await participants.leave("board");
      } finally {
        names.stop();
        await browser.close();
      }
    },
    120_000,
  );

  it("has no media to have with stand-ins, and names how many participants fit", async () => {
    const media = await cluster().command("people", "join", "board", "1", "--media");
    expect(media.code).toBe(1);
    expect(media.text).toContain("there is no media to have");
    const many = await cluster().command("people", "join", "board", "5000", "--media");
    expect(many.code).toBe(1);
    expect(many.text).toMatch(/5000 participants with media are too many .*; it can take \d+ \(/);
  });

  it("says what to do where the chosen browser does not exist", async () => {
    const none = await cluster().command("browser", "--browser", "/no/such/browser");
    expect(none.code).toBe(1);
    expect(none.text).toContain("there is no program /no/such/browser");
  });
}
