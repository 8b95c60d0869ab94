import { installer } from "../../../cloud-init/userData";
import { refreshLocked } from "../remote/aptLock";

describe("the package lists, in the installer", () => {
  const script = installer().replace(/\nmain "\$@"\n$/, "\n");

  it("are waited for while another apt reads them", () => {
    const { status, stderr } = refreshLocked(script, 4);
    expect(stderr).toContain("another apt reads the package lists; waiting for it");
    // That is none of the attempts for a mirror that does not answer.
    expect(stderr).not.toContain("reading the package lists failed");
    expect(status).toBe(0);
  }, 60_000);
});
