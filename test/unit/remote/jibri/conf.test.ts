import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeSecret, scriptFixtures } from "../../../templates/fixtures";
import { run } from "../../../templates/support";
import { bashInScript } from "../bash";

const values = { ...scriptFixtures["jibri/files"], DOMAIN: "meet.example.org" };

/** jibri.conf as the tool reads it that jibri's package depends on. */
function conf(given = values): (path: string) => unknown {
  const { stdout } = bashInScript("jibri/files", given, "jibri_conf >&3");
  const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  try {
    const file = join(dir, "jibri.conf");
    writeFileSync(file, stdout);
    const text = run("hocon", ["-f", file, "get", "jibri", "--json"]);
    const read = JSON.parse(text.replace(/^ok\n/, "")) as Record<string, unknown>;
    return (path) =>
      path
        .split(".")
        .reduce<unknown>((found, key) => (found as Record<string, unknown>)[key], read);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe("jibri.conf", () => {
  it("has one environment with both accounts, the brewery, and a certificate that is verified", () => {
    expect(conf()("api.xmpp.environments")).toEqual([
      {
        name: "meet.example.org",
        "xmpp-server-hosts": ["10.0.0.2"],
        "xmpp-domain": "meet.example.org",
        "control-login": {
          domain: "auth.meet.example.org",
          port: 5222,
          username: "jibri-2",
          password: fakeSecret,
        },
        "control-muc": {
          domain: "internal.auth.meet.example.org",
          "room-name": "JibriBrewery",
          nickname: "jibri-1014",
        },
        "call-login": {
          domain: "recorder.meet.example.org",
          username: "jibria",
          password: fakeSecret,
        },
        "strip-from-room-domain": "conference.",
        "usage-timeout": "0 minutes",
        "trust-all-xmpp-certs": false,
      },
    ]);
  });

  it("ends no recording by itself, hands it over by our script, and answers on loopback only", () => {
    const get = conf();
    expect(get("single-use-mode")).toBe(false);
    expect(get("recording")).toEqual({
      "recordings-directory": "/srv/recordings/current",
      "finalize-script": "/usr/local/bin/jitsi-hetzner-finalize",
    });
    expect(get("api.http")).toEqual({
      "external-api-host": "127.0.0.1",
      "external-api-port": 2222,
      "internal-api-host": "127.0.0.1",
      "internal-api-port": 3333,
    });
    expect(get("stats.enable-stats-d")).toBe(false);
  });

  it("quotes each character of a password", () => {
    const password = `a"b\\c$\{d}#'`;
    const environments = conf({ ...values, CONTROL_PASSWORD: password })("api.xmpp.environments");
    expect(environments).toMatchObject([{ "control-login": { password } }]);
  });
});
