import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostFile } from "../../../../../../remote/hostFile";

describe("tmpfiles.d/jitsi-hetzner.conf", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const data = (store: string): string => join(root, "var/lib/prosody/meet%2ea%2etest", store);

  it("removes what sessions left that broke a day ago, and no account", () => {
    const now = Date.now() / 1_000;
    for (const store of ["smacks_h", "accounts"]) {
      mkdirSync(data(store), { recursive: true });
      for (const [name, hours] of [
        ["old.dat", 25],
        ["new.dat", 23],
      ] as const) {
        const file = join(data(store), name);
        writeFileSync(file, "return {};");
        // Whoever reads it, as a backup does, keeps it no longer.
        utimesSync(file, now, now - hours * 3_600);
      }
    }
    const words = ["--clean", `--root=${root}`, "-"];
    const { status, stderr } = spawnSync("systemd-tmpfiles", words, {
      input: hostFile("TMPFILES_CONF"),
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
    expect(readdirSync(data("smacks_h"))).toEqual(["new.dat"]);
    expect(readdirSync(data("accounts")).sort()).toEqual(["new.dat", "old.dat"]);
  });
});
