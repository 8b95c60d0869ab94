import { scriptFixtures } from "../../../templates/fixtures";
import { FakeHost } from "../fakeHost";

const domain = "meet.example.org";
const config = `/etc/prosody/conf.avail/${domain}.cfg.lua`;
const packaged = `plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }
unlimited_jids = {
    "jvb@auth.${domain}"
}

VirtualHost "${domain}"
    authentication = "jitsi-anonymous"
`;
/** What another step puts into the file just before this step gets the lock. */
const lateLine = "-- of another step";

/** Steps on the web host run side by side, and several edit the file of the packages. */
describe("the configuration of prosody", () => {
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
    host.has(config, packaged);
  });
  afterEach(() => {
    host.end();
  });

  it.each([
    ["web/recording", "admit_recorders yes", `recorder.${domain}`],
    ["web/account", "list_account", `jvb-2@auth.${domain}`],
  ] as const)("%s keeps what another step wrote while it waited for it", (script, call, own) => {
    const values = { ...scriptFixtures[script], DOMAIN: domain, USERNAME: "jvb-2" };
    const stubs = `prosodyctl() { :; }; prosody_shell() { :; }; timeout() { :; }; note_running() { :; }; runs_with() { false; }
      flock() { printf '%s\\n' '${lateLine}' >>"$prosody_config"; command flock "$@"; }`;
    const folders = ["/etc/prosody", "/var/lib"];
    const { status, stderr } = host.run(script, values, `${stubs}; ${call}`, folders);
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    expect(host.text(config)).toContain(lateLine);
    expect(host.text(config)).toContain(own);
  });
});
