import { spawnSync } from "node:child_process";
import { createServer, type Server } from "node:net";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sourcesDir } from "../../../src/debianStandIns/build";
import { sourcesDir as jitsiSources } from "../../../src/standIns/build";

/** What it takes to read it as any user, such as jibri: the test runs as root, who may read everything. */
const asNobody = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];

describe("the stand-in for ffmpeg", () => {
  let dir: string;
  let display: Server;
  const card = (): string => join(dir, "controlC0");
  const asoundrc = (): string => join(dir, ".asoundrc");

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "jh-ffmpeg-"));
    chmodSync(dir, 0o777);
    const program = readFileSync(join(sourcesDir, "ffmpeg/rootfs/usr/bin/ffmpeg"), "utf8")
      .replaceAll("/tmp/.X11-unix/X0", join(dir, "X0"))
      .replaceAll("/dev/snd/controlC0", card());
    writeFileSync(join(dir, "ffmpeg"), program, { mode: 0o755 });
    writeFileSync(card(), "", { mode: 0o644 });
    const packaged = join(jitsiSources, "jibri/rootfs/etc/jitsi/jibri/asoundrc");
    writeFileSync(asoundrc(), readFileSync(packaged, "utf8"));
    display = createServer();
    await new Promise<void>((done) => display.listen(join(dir, "X0"), done));
  });
  afterEach(async () => {
    await new Promise((done) => display.close(done));
    rmSync(dir, { recursive: true });
  });

  /** Its last line about what is wrong, or that it records. */
  const record = (): string => {
    const output = join(dir, "board.mp4");
    const command = `timeout 2 "${dir}/ffmpeg" -i plug:bsnoop "${output}"`;
    const { stderr } = spawnSync("setpriv", [...asNobody, "bash", "-c", command], {
      encoding: "utf8",
      env: { ...process.env, HOME: dir },
    });
    return existsSync(output) ? "records" : (stderr.trim().split("\n").at(-1) ?? "");
  };

  it("records with the sound device of jibri's package", () => {
    expect(record()).toBe("records");
  });

  it("records nothing without the card", () => {
    rmSync(card());
    expect(record()).toContain("cannot open audio device plug:bsnoop (No such file or directory)");
  });

  it("records nothing for a user outside of the group audio", () => {
    chmodSync(card(), 0o660);
    expect(record()).toContain("cannot open audio device plug:bsnoop (Permission denied)");
  });

  it.each([
    [
      "no settings of ALSA",
      () => {
        rmSync(asoundrc());
      },
    ],
    [
      "settings without the device",
      () => {
        writeFileSync(asoundrc(), "pcm.amix {\n}\n");
      },
    ],
  ])("records nothing for a user with %s", (_, change) => {
    change();
    expect(record()).toContain("cannot open audio device plug:bsnoop");
  });
});
