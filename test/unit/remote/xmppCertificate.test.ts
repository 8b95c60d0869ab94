import { scriptFixtures } from "../../templates/fixtures";
import { bashInScript } from "./bash";

/** Stands for openssl(1) and a certificate that has expired, or not. */
const openssl = (expired: boolean): string => `
  openssl() {
    case "$*" in
      *-checkend*) ${expired ? "false" : "true"} ;;
      *-enddate*) echo 'notAfter=Nov 20 12:00:00 2026 GMT' ;;
      *s_client*) false ;;
    esac
  }
  HOSTNAME=host
`;

/** A bridge whose service is up and reaches port 5222; programs that timeout(1) runs are functions here. */
const bridge = `
  systemctl() { case $1 in show) echo 0 ;; esac; }
  timeout() { shift; case $1 in bash) ;; *) "$@" ;; esac; }
  property() { echo auth.a.test; }
`;

describe("an expired certificate of auth.DOMAIN", () => {
  it("is not handed out to bridges", () => {
    const refused = bashInScript(
      "web/configure",
      { ...scriptFixtures["web/configure"], DOMAIN: "a.test" },
      `${openssl(true)} expect_valid; result handed-out`,
    );
    expect(refused.status).toBe(1);
    expect(refused.stdout).toBe("");
    expect(refused.stderr).toContain(
      "the certificate of auth.a.test, by which bridges know this host, has expired (notAfter=Nov 20 12:00:00 2026 GMT)",
    );
    expect(refused.stderr).toContain("dpkg-reconfigure jitsi-meet-prosody; then: pulumi up");
  });

  it("is told as the cause where a bridge does not join", () => {
    const why = (expired: boolean): string =>
      bashInScript(
        "jvb/files",
        scriptFixtures["jvb/files"],
        `${openssl(expired)} ${bridge} result "$(why_not_joined 0)"`,
      ).stdout;
    expect(why(true)).toBe(
      "the certificate of auth.a.test, by which this bridge knows the web host, has expired (notAfter=Nov 20 12:00:00 2026 GMT)\n",
    );
    // The same bridge, the certificate valid: the web host shows another one.
    expect(why(false)).toContain("does not show the certificate of auth.a.test");
  });
});
