import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { scriptFixtures } from "../../../templates/fixtures";
import { bashInScript, type Outcome } from "../bash";
import { Certificates, host } from "../certificates";

let certificates: Certificates;
beforeEach(() => {
  certificates = new Certificates();
  certificates.make(host, "365");
});
afterEach(() => {
  certificates.end();
});

const configure = (code: string, shown = host): Outcome =>
  bashInScript(
    "web/configure",
    { ...scriptFixtures["web/configure"], DOMAIN: "a.test" },
    `${certificates.world(shown)} ${code}`,
    certificates.paths(),
  );

describe("the certificate of auth.DOMAIN", () => {
  const valid = (days: number): boolean => {
    const seconds = (days * 24 * 3600).toString();
    const check = ["x509", "-in", certificates.at(`${host}.crt`), "-noout", "-checkend", seconds];
    return spawnSync("openssl", check).status === 0;
  };
  const details = (): string =>
    certificates.openssl(
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
    const before = [details(), statSync(certificates.at(`${host}.crt`)).mode];
    expect(valid(366)).toBe(false);
    expect(configure("make_certificate_last").status).toBe(0);
    expect([valid(3649), valid(3651)]).toEqual([true, false]);
    expect([details(), statSync(certificates.at(`${host}.crt`)).mode]).toEqual(before);
  });

  it("is never made anew on a cluster that runs: every bridge knows the one that is there", () => {
    mkdirSync(certificates.at("state"));
    writeFileSync(certificates.at("state/restarted-prosody"), "sum\n");
    const before = readFileSync(certificates.at(`${host}.crt`), "utf8");
    expect(configure("make_certificate_last").status).toBe(0);
    expect(readFileSync(certificates.at(`${host}.crt`), "utf8")).toBe(before);
  });

  it("is handed out when it has expired, with a warning and no advice that ends meetings", () => {
    certificates.make(host, "-1");
    const { status, stderr } = configure("warn_if_expired");
    expect(status).toBe(0);
    expect(stderr).toMatch(/WARNING: the certificate of auth\.a\.test has expired \(notAfter=/);
    expect(stderr).toContain("You do not have to do anything");
    expect(stderr).not.toMatch(/dpkg-reconfigure|rm /);
  });

  it("is not mentioned while it is valid", () => {
    expect(configure("warn_if_expired").stderr).toBe("");
  });

  it("has prosody reloaded where it shows another one", () => {
    certificates.make("other", "365");
    const reload = `systemctl() { echo "systemctl $*"; cp '${certificates.at(`${host}.crt`)}' '${certificates.at("other.crt")}'; }`;
    const { status, stderr } = configure(`${reload}; expect_certificate_shown`, "other");
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^systemctl reload prosody$/m)]);
  });

  it("is not handed out where prosody goes on showing another one: no bridge could log in", () => {
    certificates.make("other", "365");
    const code =
      "systemctl() { :; }; sleep() { SECONDS=$((SECONDS + 5)); }; expect_certificate_shown";
    const { status, stderr } = configure(code, "other");
    expect(status).toBe(1);
    expect(stderr).toContain(
      `prosody does not present the certificate in ${certificates.at(host)}.crt`,
    );
  });
});
