import { readFileSync } from "node:fs";
import { join } from "node:path";
import { refreshLocked } from "./aptLock";

describe("the package lists, in a step", () => {
  const script = `
    info() { printf '%s\\n' "$*" >&2; }
    ${readFileSync(join(__dirname, "../../../remote/apt.sh"), "utf8")}`;

  it("are waited for while another apt reads them", () => {
    const { status, stderr } = refreshLocked(script, 4);
    expect(stderr).toContain("another apt reads the package lists; waiting for it");
    // That is none of the attempts for a mirror that does not answer.
    expect(stderr).not.toContain("reading the package lists failed");
    expect(status).toBe(0);
  }, 60_000);
});
