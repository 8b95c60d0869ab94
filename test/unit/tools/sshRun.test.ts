import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runOverSsh } from "../../../tools/sshRun";
import { randomKeyPair } from "../../randomKeyPair";
import { SshServer } from "./sshServer";

describe("a script over SSH", () => {
  let server: SshServer;

  beforeEach(async () => {
    server = await SshServer.start();
  });

  afterEach(async () => {
    await server.stop();
  });

  it("reaches the host whole, and its stdout comes back", async () => {
    await expect(runOverSsh(server.hop, "hostname\n", 10_000)).resolves.toBe("the answer\n");
    expect(server.scripts).toEqual(["hostname\n"]);
  });

  it("is not sent to a host with another key", async () => {
    const target = { ...server.hop, hostKey: randomKeyPair().publicKey };
    await expect(runOverSsh(target, "hostname\n", 10_000)).rejects.toThrow(
      "another host answers at 127.0.0.1",
    );
    expect(server.scripts).toEqual([]);
  });

  it("goes through a bastion whose key is pinned too", async () => {
    const bastion = await SshServer.start();
    try {
      const target = { ...server.hop, proxy: bastion.hop };
      await expect(runOverSsh(target, "hostname\n", 10_000)).resolves.toBe("the answer\n");
      const other = { ...target, proxy: { ...bastion.hop, hostKey: randomKeyPair().publicKey } };
      await expect(runOverSsh(other, "hostname\n", 10_000)).rejects.toThrow("host key");
    } finally {
      await bastion.stop();
    }
  });

  it("that fails is told with the end of what it said", async () => {
    server.exitCode = 3;
    await expect(runOverSsh(server.hop, "false\n", 10_000)).rejects.toThrow(
      "127.0.0.1: what went wrong",
    );
  });

  it("that finds nobody says where to look", async () => {
    const target = { ...server.hop, port: 1 };
    await expect(runOverSsh(target, "hostname\n", 10_000)).rejects.toThrow(/refused.*adminCidrs/s);
  });

  it("leaves no key behind, however it ends", async () => {
    const own = mkdtempSync(join(tmpdir(), "keys-"));
    const previous = process.env.TMPDIR;
    process.env.TMPDIR = own;
    try {
      await runOverSsh(server.hop, "hostname\n", 10_000);
      await runOverSsh({ ...server.hop, port: 1 }, "hostname\n", 10_000).catch(() => undefined);
      expect(readdirSync(own)).toEqual([]);
    } finally {
      if (previous === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = previous;
      rmSync(own, { recursive: true });
    }
  });
});
