import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bashInScript, type Outcome } from "../bash";

const values = { DOMAIN: "meet.example.org", NICKNAME: "jvb-local-7" };
const inScript = (...code: string[]): Outcome =>
  bashInScript("web/localBridge", values, code.join("\n"));

/** What dpkg-query says of installed packages. */
const installed = (packages: Readonly<Record<string, string>>): string =>
  `dpkg-query() { case \${!#} in ${Object.entries(packages)
    .map(([name, version]) => `${name}) printf 'installed ${version}' ;;`)
    .join(" ")} *) return 1 ;; esac; }`;

/** What apt says it would do. */
const plan = (...lines: string[]): string => `apt_get() { printf '%s\\n' ${quoted(lines)}; }`;
const quoted = (lines: readonly string[]): string => lines.map((line) => `'${line}'`).join(" ");

/** Two releases of the metapackage, as `apt-cache show` lists them. */
const metapackages = `apt-cache() { cat <<'END'
Package: jitsi-meet
Version: 2.0.11146-1
Pre-Depends: jitsi-videobridge2 (= 2.3-307-g5a9c1e7f-1)
Depends: jicofo (= 1.0-1189-1), jitsi-meet-web (= 1.0.9146-1)

Package: jitsi-meet
Version: 2.0.11031-1
Pre-Depends: jitsi-videobridge2 (= 2.3-296-g1c04be2d-1)
Depends: jicofo (= 1.0-1177-1), jitsi-meet-web (= 1.0.9031-1)

END
}`;

describe("pinned_version", () => {
  const bridge = 'result "$(pinned_version jitsi-videobridge2)"';

  it.each([
    ["the newest release", "1.0.9146-1", "1.0-1189-1", "2.3-307-g5a9c1e7f-1\n"],
    ["an older one", "1.0.9031-1", "1.0-1177-1", "2.3-296-g1c04be2d-1\n"],
  ])("is the bridge that goes with what is installed: %s", (_, web, jicofo, version) => {
    const packages = installed({ "jitsi-meet-web": web, jicofo });
    expect(inScript(metapackages, packages, bridge).stdout).toBe(version);
  });

  it("is not guessed where no release has these packages together", () => {
    const packages = installed({ "jitsi-meet-web": "1.0.9146-1", jicofo: "1.0-1177-1" });
    const code = "pinned_version jitsi-videobridge2 || result none";
    expect(inScript(metapackages, packages, code).stdout).toBe("none\n");
  });
});

describe("mark_package", () => {
  const locked = "E: Sub-process dpkg --set-selections returned an error code (2)";

  it("waits for another apt, as when coturn is installed beside", () => {
    const outcome = inScript(
      "tries=0; sleep() { :; }",
      `apt-mark() { tries=$((tries + 1)); ((tries > 3)) || { printf '${locked}' >&2; return 100; }; info "apt-mark $*"; }`,
      "mark_package hold jitsi-videobridge2; result $tries",
    );
    expect([outcome.status, outcome.stdout]).toEqual([0, "4\n"]);
  });

  it("says why it cannot, at the end of its time", () => {
    const outcome = inScript(
      "sleep() { SECONDS=$((SECONDS + 60)); }",
      `apt-mark() { printf '%s\n' '${locked}' >&2; return 100; }`,
      "mark_package hold jitsi-videobridge2",
    );
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain(`apt-mark hold jitsi-videobridge2 fails: ${locked}`);
  });
});

describe("expect_only", () => {
  const own = "Inst jitsi-videobridge2 (2.3-307 stable [all])";

  it("lets the bridge come with packages that are new to the host", () => {
    const outcome = inScript(
      plan(own, "Inst ruby-hocon (1.3 Debian [all])", "Conf ruby-hocon (1.3 Debian [all])"),
      "expect_only install install jitsi-videobridge2=2.3-307; result fine",
    );
    expect(outcome.stdout).toBe("fine\n");
  });

  it.each([
    ["an upgrade", "Inst jicofo [1.0-1177-1] (1.0-1189-1 stable [all])"],
    ["a removal", "Remv jicofo [1.0-1177-1]"],
    ["a purge", "Purg jicofo [1.0-1177-1]"],
  ])("refuses %s of another package", (_, line) => {
    const outcome = inScript(plan(own, line), 'expect_only "remove the bridge" purge it');
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain(
      "apt would change other packages to remove the bridge: jicofo",
    );
  });
});

describe("install_bridge", () => {
  const quiet =
    "apt-mark() { :; }; systemctl() { info systemctl $*; }; debconf-set-selections() { :; }";

  it("keeps the package, and a reboot before jvb/files, from starting the bridge with settings of its own", () => {
    const outcome = inScript(
      quiet,
      installed({}),
      'apt_get() { info "apt $*"; }',
      "pinned_version() { printf 2.3-307; }",
      "install_bridge",
    );
    const order = [
      " mask --quiet --runtime",
      "apt install -y",
      " unmask --quiet",
      " disable --quiet",
    ];
    const places = order.map((text) => outcome.stderr.lastIndexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(outcome.stderr).not.toContain("systemctl enable");
    expect(outcome.stderr).toContain("jitsi-videobridge2=2.3-307");
  });

  it("lets it start again when the installation fails", () => {
    const outcome = inScript(
      quiet,
      installed({}),
      "apt_get() { [[ $1 != install ]]; }",
      "pinned_version() { printf 2.3-307; }",
      "install_bridge",
    );
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(/2\.3-307 cannot be installed[\s\S]*unmask --quiet --runtime/);
  });

  it("does nothing to a bridge that is there", () => {
    const packages = installed({ "jitsi-videobridge2": "2.3-296" });
    const outcome = inScript(quiet, packages, "apt_get() { fatal touched; }", "install_bridge");
    expect(outcome).toMatchObject({ status: 0 });
    expect(outcome.stderr).toContain("jitsi-videobridge2 2.3-296 is installed");
  });
});

describe("remove_bridge", () => {
  it("has the web host forget the bridge, and leaves the rest of the script its own stdin", () => {
    const outcome = inScript(
      'jitsi-hetzner() { result "$* $(cat)"; }',
      "rm() { :; }; remove_start_units() { :; }; installed_version() { return 1; }",
      "dpkg-query() { return 1; }",
      "remove_bridge",
    );
    expect(outcome).toMatchObject({ status: 0 });
    const [verb, ...json] = outcome.stdout.trim().split(" ");
    expect(verb).toBe("forget");
    expect(JSON.parse(json.join(" "))).toEqual({ version: 1, nickname: "jvb-local-7" });
  });
});

describe("purge", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  /** The script with its logs in a folder of the test's, in which two programs have written. */
  const withLogs = (...code: string[]): Outcome => {
    const prepare = `mkdir ${dir}/logs; touch ${dir}/logs/jicofo.log ${dir}/logs/jvb.log ${dir}/logs/jvb.log.1`;
    return inScript(`logs=${dir}/logs; chown() { info chown $*; }`, prepare, ...code, list());
  };
  const list = (): string => `result "$(ls ${dir} ${dir}/logs | paste -sd ' ')"`;
  it("keeps jicofo's logs from the package, which takes the whole folder", () => {
    const purged = withLogs(`apt_get() { rm -rf ${dir}/logs; }`, "purge");
    expect(purged.stderr).toContain(`chown jicofo:jitsi ${dir}/logs`);
    expect(purged.stdout).toBe(`${dir}: logs  ${dir}/logs: jicofo.log\n`);
  });

  it("has them back where they were when the removal fails", () => {
    withLogs(`apt_get() { rm -rf ${dir}/logs; return 1; }`, "purge");
    expect(inScript(list()).stdout).toBe(
      `${dir}: logs  ${dir}/logs: jicofo.log jvb.log jvb.log.1\n`,
    );
  });

  it("brings them back in the next run when a run was cut", () => {
    const cut = `mv ${dir}/logs ${dir}/logs.aside; mkdir ${dir}/logs; touch ${dir}/logs/new.log`;
    expect(withLogs(cut, "bring_back_logs").stdout).toBe(
      `${dir}: logs  ${dir}/logs: jicofo.log jvb.log jvb.log.1\n`,
    );
  });
});
