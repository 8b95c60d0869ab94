import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bashInScript } from "./bash";

const values = { DOMAIN: "a.test", WEB_PRIVATE_IP: "10.0.0.2" };

const config = `Component "conference.a.test" "muc"
    modules_enabled = {
        "polls";
    }

Component "internal.auth.a.test" "muc"
    storage = "memory"
    modules_enabled = {
        "ping";
    }
    admins = { "focus@auth.a.test", "jvb@auth.a.test" }

VirtualHost "auth.a.test"
    modules_enabled = {
        "limits_exception";
    }
`;

const filtered = (text: string): string => {
  const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  try {
    writeFileSync(join(dir, "file"), text);
    return bashInScript("web/configure", values, `filtered_config ${dir}/file >&3`).stdout;
  } finally {
    rmSync(dir, { recursive: true });
  }
};

describe("filtered_config", () => {
  it("keeps guests out of the control rooms, and changes nothing else", () => {
    expect(filtered(config)).toBe(
      config
        .replace(
          'Component "internal.auth.a.test" "muc"\n',
          (line) => `${line}    muc_filter_whitelist = { "auth.a.test" }\n`,
        )
        .replace(
          '\n        "ping";',
          '\n        "muc_filter_access"; --[[ guests stay out: set by pulumi ]]\n        "ping";',
        ),
    );
  });

  it("stays Lua", () => {
    const { status } = spawnSync("luac5.4", ["-p", "-"], { input: filtered(config) });
    expect(status).toBe(0);
  });

  it("does it once", () => {
    const once = filtered(config);
    expect(filtered(once)).toBe(once);
  });

  it("handles a list of modules in one line", () => {
    const short = 'Component "internal.auth.a.test" "muc"\n    modules_enabled = { "ping"; }\n';
    const { status } = spawnSync("luac5.4", ["-p", "-"], { input: filtered(short) });
    expect([status, filtered(short)]).toEqual([0, expect.stringContaining("muc_filter_access")]);
  });
});
