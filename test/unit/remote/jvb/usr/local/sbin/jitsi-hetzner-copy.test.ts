import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(
  __dirname,
  "../../../../../../../remote/jvb/usr/local/sbin/jitsi-hetzner-copy",
);
/** As a copy is: not text. */
const copy = Buffer.concat([Buffer.from('{"made": 1}\n'), Buffer.from([0, 255, 10, 13, 128])]);
const sum = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "copies-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What a connection with this request is answered. */
function ask(request: string, content: Buffer = Buffer.alloc(0)): Buffer {
  const input = Buffer.concat([Buffer.from(request), content]);
  return spawnSync("bash", [program], { input, env: { ...process.env, STATE_DIRECTORY: folder } })
    .stdout;
}
const put = (content: Buffer): string =>
  ask(`put ${content.length} ${sum(content)}\n`, content).toString();

describe("jitsi-hetzner-copy", () => {
  it("gives back what it was given, byte by byte", () => {
    expect(put(copy)).toBe("ok\n");
    expect(ask("get\n")).toEqual(copy);
  });

  it("answers with nothing before the first copy", () => {
    expect(ask("get\n")).toHaveLength(0);
  });

  it.each([
    ["cut off", copy.subarray(0, 5)],
    ["changed on the way", Buffer.from(copy).fill(7)],
  ])("keeps the old copy if the new one is %s", (_, arrived) => {
    put(copy);
    const answer = ask(`put ${copy.length} ${sum(copy)}\n`, arrived);
    expect(answer.toString()).toMatch(/^the copy is damaged/);
    expect(readdirSync(folder)).toEqual(["certificates"]);
    expect(readFileSync(join(folder, "certificates"))).toEqual(copy);
  });

  it.each(["put 99999999 x\n", "put -1 x\n", "put $(id) x\n", "put\n"])("refuses %j", (request) => {
    expect(ask(request).toString()).toBe("the copy has a wrong length\n");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses other requests", () => {
    expect(ask("delete\n").toString()).toBe("unknown request\n");
    expect(ask("").toString()).toBe("no request\n");
  });
});
