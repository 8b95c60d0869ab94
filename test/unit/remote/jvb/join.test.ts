import { readFileSync, writeFileSync } from "node:fs";
import { scriptFixtures } from "../../../templates/fixtures";
import { bashInScript } from "../bash";
import { Certificates, host } from "../certificates";

let certificates: Certificates;
beforeEach(() => {
  certificates = new Certificates();
  certificates.make(host, "365");
});
afterEach(() => {
  certificates.end();
});

describe("a bridge that does not join", () => {
  const why = (shown: string, bundle: string): string => {
    certificates.make("other", "365");
    writeFileSync(certificates.at("bundle"), readFileSync(certificates.at(`${bundle}.crt`)));
    // A bridge whose service is up and reaches port 5222.
    const bridge = `
      systemctl() { case $1 in show) echo 0 ;; esac; }
      timeout() { :; }
      property() { echo ${host}; }
    `;
    const code = `${certificates.world(shown)} ${bridge} result "$(why_not_joined 0)"`;
    return bashInScript("jvb/files", scriptFixtures["jvb/files"], code, certificates.paths())
      .stdout;
  };

  it("is told that the web host shows another certificate, and to repair the web host", () => {
    expect(why("other", host)).toBe(
      `the web host presents another certificate for ${host} than the one that this bridge has: npm run repair -- web\n`,
    );
  });

  it("is told that it does not trust the certificate that it was given", () => {
    expect(why(host, "other")).toContain("update-ca-certificates --fresh");
  });

  it("is not told that the certificate has expired, which is no reason", () => {
    certificates.make(host, "-1");
    expect(why(host, host)).toContain("so prosody refuses the login");
  });
});
