import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptFixtures } from "../../templates/fixtures";
import { bashInScript, type Outcome } from "./bash";

const host = "auth.a.test";
let dir = "";
const at = (name: string): string => join(dir, name);
const openssl = (...args: string[]): string =>
  execFileSync("openssl", args, { cwd: dir, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** A certificate as the packages make it; `days` from now, or ago. */
function make(name: string, days: string): void {
  const names = `subjectAltName=DNS:${host},DNS:internal.${host}`;
  const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`];
  openssl("req", "-x509", ...key, "-subj", `/CN=${host}`, "-addext", names, "-out", `${name}.new`);
  openssl(
    "x509",
    "-in",
    `${name}.new`,
    "-signkey",
    `${name}.key`,
    "-days",
    days,
    "-out",
    `${name}.crt`,
  );
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  make(host, "365");
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const paths = (): Record<string, string> => ({
  "/var/lib/prosody": dir,
  "/var/lib/jitsi-hetzner": at("state"),
  "/usr/local/share/ca-certificates": dir,
  "/etc/ssl/certs/ca-certificates.crt": at("bundle"),
});

/** What prosody shows is the file `shown`; the system's certificates are those of `trusted`. */
const world = (shown: string): string => `
  HOSTNAME=host
  shown_certificate() { certificate_text '${at(shown)}'; }
`;

const configure = (code: string, shown = `${host}.crt`): Outcome =>
  bashInScript(
    "web/configure",
    { ...scriptFixtures["web/configure"], DOMAIN: "a.test" },
    `${world(shown)} ${code}`,
    paths(),
  );

describe("the certificate of auth.DOMAIN", () => {
  const valid = (days: number): boolean => {
    const seconds = (days * 24 * 3600).toString();
    const check = ["x509", "-in", at(`${host}.crt`), "-noout", "-checkend", seconds];
    return spawnSync("openssl", check).status === 0;
  };
  const details = (): string =>
    openssl(
      "x509",
      "-in",
      `${host}.crt`,
      "-noout",
      "-subject",
      "-ext",
      "subjectAltName,basicConstraints",
      "-pubkey",
    );

  it("is made for ten years before prosody runs with our settings; key and names stay", () => {
    const before = [details(), statSync(at(`${host}.crt`)).mode];
    expect(valid(366)).toBe(false);
    expect(configure("make_certificate_last").status).toBe(0);
    expect([valid(3649), valid(3651)]).toEqual([true, false]);
    expect([details(), statSync(at(`${host}.crt`)).mode]).toEqual(before);
  });

  it("is never made anew on a cluster that runs: every bridge knows the one that is there", () => {
    mkdirSync(at("state"));
    writeFileSync(at("state/restarted-prosody"), "sum\n");
    const before = readFileSync(at(`${host}.crt`), "utf8");
    expect(configure("make_certificate_last").status).toBe(0);
    expect(readFileSync(at(`${host}.crt`), "utf8")).toBe(before);
  });

  it("is handed out when it has expired, with a warning and no advice that ends meetings", () => {
    make(host, "-1");
    const { status, stderr } = configure("warn_if_expired");
    expect(status).toBe(0);
    expect(stderr).toMatch(/WARNING: the certificate of auth\.a\.test has expired \(notAfter=/);
    expect(stderr).toContain("nothing has to be done");
    expect(stderr).not.toMatch(/dpkg-reconfigure|rm /);
  });

  it("is not mentioned while it is valid", () => {
    expect(configure("warn_if_expired").stderr).toBe("");
  });

  it("has prosody reloaded where it shows another one", () => {
    make("other", "365");
    const reload = `systemctl() { echo "systemctl $*"; cp '${at(`${host}.crt`)}' '${at("other.crt")}'; }`;
    const { status, stderr } = configure(`${reload}; expect_certificate_shown`, "other.crt");
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^systemctl reload prosody$/m)]);
  });

  it("is not handed out where prosody goes on showing another one: no bridge could log in", () => {
    make("other", "365");
    const code =
      "systemctl() { :; }; sleep() { SECONDS=$((SECONDS + 5)); }; expect_certificate_shown";
    const { status, stderr } = configure(code, "other.crt");
    expect(status).toBe(1);
    expect(stderr).toContain(`prosody does not show the certificate in ${at(host)}.crt`);
  });
});

describe("a bridge that does not join", () => {
  const why = (shown: string, bundle: string): string => {
    make("other", "365");
    writeFileSync(at("bundle"), readFileSync(at(`${bundle}.crt`)));
    // A bridge whose service is up and reaches port 5222.
    const bridge = `
      systemctl() { case $1 in show) echo 0 ;; esac; }
      timeout() { :; }
      property() { echo ${host}; }
    `;
    const code = `${world(shown)} ${bridge} result "$(why_not_joined 0)"`;
    return bashInScript("jvb/files", scriptFixtures["jvb/files"], code, paths()).stdout;
  };

  it("is told that the web host shows another certificate, and to repair the web host", () => {
    expect(why("other.crt", host)).toBe(
      `the web host shows another certificate of ${host} than this bridge was given: npm run repair -- web\n`,
    );
  });

  it("is told that it does not trust the certificate that it was given", () => {
    expect(why(`${host}.crt`, "other")).toContain("update-ca-certificates --fresh");
  });

  it("is not told that the certificate has expired, which is no reason", () => {
    make(host, "-1");
    expect(why(`${host}.crt`, host)).toContain("so prosody refuses the login");
  });
});

describe("trust in the certificate", () => {
  const ca = (): string => at(`${host}.crt`);
  const trust = (): Outcome =>
    bashInScript(
      "web/jicofo",
      { ...scriptFixtures["web/jicofo"], DOMAIN: "a.test" },
      `update-ca-certificates() { echo "refreshed $*" >&2; cp '${ca()}' '${at("bundle")}'; }; trust '${ca()}'`,
      paths(),
    );

  it("is renewed where the host does not have it, whole, and then left alone", () => {
    writeFileSync(at("bundle"), "");
    expect(trust().stderr).toContain("refreshed --fresh");
    expect(trust()).toMatchObject({ status: 0, stderr: "" });
  });

  it("is renewed where another certificate has come under the same name", () => {
    writeFileSync(at("bundle"), "");
    trust();
    make(host, "365");
    expect(trust().stderr).toContain("refreshed --fresh");
  });
});
