import { symlinkSync, writeFileSync } from "node:fs";
import { scriptFixtures } from "../../templates/fixtures";
import { bashInScript, type Outcome } from "./bash";
import { Certificates, host } from "./certificates";

let certificates: Certificates;
beforeEach(() => {
  certificates = new Certificates();
  certificates.make(host, "365");
});
afterEach(() => {
  certificates.end();
});

describe("trust in the certificate", () => {
  const ca = (): string => certificates.at(`${host}.crt`);
  const trust = (): Outcome =>
    bashInScript(
      "web/jicofo",
      { ...scriptFixtures["web/jicofo"], DOMAIN: "a.test" },
      `update-ca-certificates() {
         echo "refreshed <$*>" >&2
         cp '${ca()}' '${certificates.at("bundle")}'
         ln -sf '${ca()}' '${certificates.at(`${host}.pem`)}'
       }
       trust '${ca()}'`,
      certificates.paths(),
    );

  it("is added where the host has none of its name, and then left alone", () => {
    writeFileSync(certificates.at("bundle"), "");
    expect(trust().stderr).toContain("refreshed <>");
    expect(trust()).toMatchObject({ status: 0, stderr: "" });
  });

  it("is renewed, with all others, where another certificate has come under the same name", () => {
    writeFileSync(certificates.at("bundle"), "");
    trust();
    certificates.make(host, "365");
    expect(trust().stderr).toContain("refreshed <--fresh>");
  });

  it("is renewed, with all others, where an addition was cut: Java may not have it", () => {
    writeFileSync(certificates.at("bundle"), "");
    symlinkSync(ca(), certificates.at(`${host}.pem`));
    expect(trust().stderr).toContain("refreshed <--fresh>");
  });
});
