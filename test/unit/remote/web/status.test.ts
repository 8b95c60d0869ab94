import { bashInScript } from "../bash";

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
systemctl() { case $1 in is-failed) return 1 ;; *) echo 0 ;; esac; }
timeout() { shift; "$@"; }
apt-get() { :; }
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
      health: { failed: [], waiting: [], outdated: [], watch: [] },
    });
  });

  it("tells which upgrades wait, what has failed, and what the watch has done", () => {
    const world = `
      systemctl() { case "$*" in "is-failed --quiet nginx") ;; *is-failed*) return 1 ;; *) echo 0 ;; esac; }
      apt-get() { cat <<'END'
Inst libc6 [2.36-9] (2.36-10 Debian:12.9/oldstable [amd64])
Inst nginx-common [1.22.1-9] (1.22.1-9+deb12u2 Debian-Security:12/oldstable-security [all])
Inst prosody [0.12.3-1] (0.12.3-1+deb12u1 Debian-Security:12/oldstable-security [amd64])
Conf prosody (0.12.3-1+deb12u1 Debian-Security:12/oldstable-security [amd64])
END
      }
      tail() { printf '2026-11-29T15:00:00Z nginx is full\\n'; }
    `;
    expect(facts(world)).toMatchObject({
      health: {
        failed: ["nginx"],
        waiting: [
          { package: "nginx-common", installed: "1.22.1-9", candidate: "1.22.1-9+deb12u2" },
          { package: "prosody", installed: "0.12.3-1", candidate: "0.12.3-1+deb12u1" },
        ],
        outdated: [],
        watch: ["2026-11-29T15:00:00Z nginx is full"],
      },
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
