import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBoundProcess, type BoundProcess } from "../../src/boundProcess";
import { waitUntil } from "../../src/hosts/exec";

describe("a program that ends together with the sandbox", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bound-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const start = (...command: [string, ...string[]]): BoundProcess =>
    startBoundProcess({ title: "the program", command, logFile: join(folder, "log") });
  const problemOf = ({ expectRunning }: BoundProcess): string => {
    try {
      expectRunning();
      return "";
    } catch (error) {
      return String(error);
    }
  };

  it("is ended by close, and then counts as ended", async () => {
    const program = start("sleep", "60");
    expect(problemOf(program)).toBe("");
    await program.close();
    expect(problemOf(program)).toContain("the program ended at once");
    await program.close();
  });

  it("tells the end of its log where it ended by itself", async () => {
    const program = start("sh", "-c", "echo no such port >&2; exit 3");
    await waitUntil("it ends", () => Promise.resolve(problemOf(program) !== ""), 10_000, 20);
    expect(problemOf(program)).toBe("Error: the program ended at once: \nno such port");
  });
});
