import { bashInScript } from "./bash";

const values = {
  BRIDGES: JSON.stringify([
    { nickname: "jvb-1", restAddress: "10.0.0.3" },
    { nickname: "jvb-2", restAddress: "10.0.0.4" },
  ]),
};

const debug = { bridge_selector: { bridge: { "b@i/jvb-1": { operational: true, stress: 0.1 } } } };

/** A curl that knows jicofo and the first bridge only, and a dpkg-query with its failure for what is not there. */
const answers = `
curl() {
  case "\${*: -1}" in
    */about/version) printf '{"version":"1.0.1189"}' ;;
    */debug) printf '%s' '${JSON.stringify(debug)}' ;;
    http://10.0.0.3:8080/metrics) printf 'jitsi_jvb_conferences 3.0\\n' ;;
    *) return 7 ;;
  esac
}
dpkg-query() {
  printf 'jicofo 1.0-1189-1 installed\\njitsi-meet-web 1.0.9146-1 installed\\njibri 8.0 config-files\\n'
  return 1
}
`;

const facts = (code: string): unknown => {
  const loggedIn = "jicofo_problem() { :; }";
  const outcome = bashInScript("web/status", values, `${answers}\n${loggedIn}\n${code}\nmain`);
  expect(outcome).toMatchObject({ status: 0 });
  return JSON.parse(outcome.stdout);
};

describe("web/status", () => {
  it("tells what jicofo sees, what is installed, and what each bridge says", () => {
    expect(facts("")).toEqual({
      jicofo: { version: "1.0.1189", bridges: debug.bridge_selector.bridge },
      jicofoProblem: "",
      expiredCertificates: [],
      versions: { jicofo: "1.0-1189-1", "jitsi-meet-web": "1.0.9146-1" },
      conferences: { "jvb-1": 3, "jvb-2": null },
    });
  });

  it("tells what keeps jicofo from its work, and which certificate has expired", () => {
    const code =
      "jicofo_problem() { printf 'not logged in'; }; expired_certificates() { printf 'auth.a\\nauth.b\\n'; }";
    expect(facts(code)).toMatchObject({
      jicofoProblem: "not logged in",
      expiredCertificates: ["auth.a", "auth.b"],
    });
  });

  it("tells the rest where jicofo does not answer", () => {
    expect(facts("jicofo_get() { return 7; }")).toMatchObject({
      jicofo: null,
      versions: { jicofo: "1.0-1189-1" },
      conferences: { "jvb-1": 3, "jvb-2": null },
    });
  });

  it("takes a jicofo without bridges for what it is, not for silence", () => {
    const empty = 'jicofo_get() { printf \'{"version":"1","bridge_selector":{}}\'; }';
    expect(facts(empty)).toMatchObject({ jicofo: { version: "1", bridges: {} } });
  });
});
