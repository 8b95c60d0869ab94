import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storageFolder, storageSecrets } from "../../../src/storage/settings";
import { sshdConfig } from "../../../src/storage/storageBox";

describe("storageSecrets", () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "jh-storage-"))));
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it("stay the same for one sandbox, and only their owner can read them", () => {
    const secrets = storageSecrets(dir);
    expect(storageSecrets(dir)).toEqual(secrets);
    expect(new Set(Object.values(secrets)).size).toBe(3);
    expect(statSync(join(storageFolder(dir), "secrets.json")).mode & 0o777).toBe(0o600);
  });
});

describe("the sshd of the storage box", () => {
  it("allows only SFTP on port 22, only its user, and listens on its addresses only", () => {
    const [all = "", sftp = ""] = sshdConfig(["198.18.0.12", "fd5a::c"]).split("Match LocalPort");
    expect(all).toContain("ListenAddress 198.18.0.12\nListenAddress fd5a::c\n");
    expect(all).toContain("AllowUsers u123456\n");
    expect(sftp).toBe(" 22\n  ChrootDirectory /srv/box\n  ForceCommand internal-sftp -d /home\n");
  });
});
