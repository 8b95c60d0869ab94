import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bashInScript } from "../bash";

const values = {
  DOMAIN: "a.test",
  WEB_PRIVATE_IP: "10.0.0.2",
  LOGIN_MODULE: "-",
  BRIDGES_MODULE: "-",
  TMPFILES_CONF: "-",
};

const config = `plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/" }

Component "conference.a.test" "muc"
    modules_enabled = {
        "polls";
    }

-- internal muc component
Component "internal.auth.a.test" "muc"
    storage = "memory"
    modules_enabled = {
        "ping";
    }
    admins = { "focus@auth.a.test", "jvb@auth.a.test" }

VirtualHost "auth.a.test"
    ssl = {
        key = "/etc/prosody/certs/auth.a.test.key";
    }
    modules_enabled = {
        "limits_exception";
    }

VirtualHost "recorder.a.test"
    modules_enabled = {
        "smacks";
    }
`;

/** The servers that the packages offer. */
const packaged = `external_service_secret = "s";
external_services = {
     { type = "stun", host = "a.test", port = 3478 },
     { type = "turns", host = "a.test", port = 5349, transport = "tcp", secret = true, ttl = 86400, algorithm = "turn" }
};`;

const mark = "--[[ guests stay out: set by pulumi ]]";

function closed(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  try {
    writeFileSync(join(dir, "file"), text);
    return bashInScript("web/configure", values, `closed_config ${dir}/file >&3`).stdout;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** What prosody's own loader would make of it: every setting by its section. */
function meaning(text: string): unknown {
  const program = `
    local out, section = {}, "*"
    local function enter(kind) return function (name)
      section = kind .. " " .. name
      return function () end
    end end
    local env = setmetatable({ VirtualHost = enter("VirtualHost"), Component = enter("Component") }, {
      __newindex = function (_, key, value)
        out[#out + 1] = section .. ": " .. key .. " = " .. (type(value) == "table" and table.concat(value, " ") or tostring(value))
      end })
    assert(load(io.read("a"), "config", "t", env))()
    print(table.concat(out, "\\n"))`;
  const { status, stdout, stderr } = spawnSync("lua5.4", ["-e", program], {
    input: text,
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim().split("\n") : stderr;
}

describe("closed_config", () => {
  it("keeps guests out of the control rooms and browsers out of auth.DOMAIN, and changes nothing else", () => {
    expect(meaning(closed(config))).toEqual([
      "*: plugin_paths = /usr/local/lib/prosody/modules /usr/share/jitsi-meet/prosody-plugins/",
      "Component conference.a.test: modules_enabled = polls",
      "Component internal.auth.a.test: muc_filter_whitelist = auth.a.test",
      "Component internal.auth.a.test: storage = memory",
      "Component internal.auth.a.test: modules_enabled = muc_filter_access dead_bridges ping",
      "Component internal.auth.a.test: admins = focus@auth.a.test jvb@auth.a.test",
      "VirtualHost auth.a.test: ssl = ",
      "VirtualHost auth.a.test: modules_enabled = no_http_login dead_bridges limits_exception",
      "VirtualHost recorder.a.test: modules_enabled = smacks",
    ]);
  });

  it("adds six lines, each of them marked, and splits at most one", () => {
    const added = closed(config)
      .split("\n")
      .filter((line) => line.includes(mark));
    expect(added).toHaveLength(6);
  });

  it("does it once", () => {
    const once = closed(config);
    expect(closed(once)).toBe(once);
  });

  it("handles lists of modules in one line", () => {
    const short = config.replaceAll(/\{\n +("\w+";)\n +\}/g, "{ $1 }");
    expect(short).not.toBe(config);
    expect(meaning(closed(short))).toEqual(meaning(closed(config)));
    expect(closed(closed(short))).toBe(closed(short));
  });
});

describe("own_turn_servers", () => {
  const folder =
    'Include "/etc/prosody/jitsi-hetzner.d/*.cfg.lua" --[[ TURN servers: set by pulumi ]]';
  const own = (text: string): string =>
    bashInScript("web/configure", values, `own_turn_servers >&3 <<'END'\n${text}\nEND`).stdout;

  it("replaces the servers that the packages offer by the folder of this program", () => {
    expect(own(`${packaged}\n${config}`)).toBe(`${folder}\n${config}\n`);
  });

  it("does it once", () => {
    const once = own(`${packaged}\n${config}`);
    expect(own(once.trimEnd())).toBe(`${once.trimEnd()}\n`);
  });

  it.each([
    ["servers on another host", packaged.replace('"a.test", port = 5349', '"b.test", port = 5349')],
    ["one line", 'external_services = { { type = "stun", host = "a.test" } };'],
  ])("leaves what an operator entered: %s", (_, entered) => {
    expect(own(`${entered}\n${config}`)).toBe(`${entered}\n${folder}\n${config}\n`);
  });
});

describe("prosody's modules", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
    for (const folder of ["conf", "plugins", "modules"]) mkdirSync(join(dir, folder));
    writeFileSync(join(dir, "conf/a.test.cfg.lua"), config);
    writeFileSync(join(dir, "plugins/mod_muc_filter_access.lua"), "");
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  /** What is done to the running prosody, one command a line; `before` runs ahead of it. */
  const done = (before = "", login = "-"): string[] => {
    const fakes = `
      chown() { :; }; timeout() { shift; "$@"; }
      systemctl() { [[ $1 != restart ]] || printf 'restart %s\\n' "$2" >&3; }
      prosodyctl() { printf '%s\\n' "$*" >&3; }`;
    const { status, stdout, stderr } = bashInScript(
      "web/configure",
      { ...values, LOGIN_MODULE: login },
      `${fakes}\n${before}\nkeep_guests_out`,
      {
        "/etc/prosody/conf.avail": `${dir}/conf`,
        "/usr/share/jitsi-meet/prosody-plugins": `${dir}/plugins`,
        "/usr/local/lib/prosody/modules": `${dir}/modules`,
        "/var/lib/jitsi-hetzner": `${dir}/state`,
        "/etc/prosody/jitsi-hetzner.d": `${dir}/turn`,
      },
    );
    expect([status, stderr]).toEqual([0, expect.anything()]);
    return stdout.trim().split("\n").filter(Boolean);
  };
  /** A cluster of a program that did not have the module yet. */
  const older = `
    sed -i /dead_bridges/d "$prosody_config"; rm -f "$bridges_module"
    note_running prosody "$prosody_config" "$login_module"`;
  const loaded = ["auth.a.test", "internal.auth.a.test"].map(
    (host) => `shell module load dead_bridges ${host}`,
  );

  it("come into effect by a restart on a new host, once", () => {
    expect(done()).toEqual(["restart prosody"]);
    expect(done()).toEqual([]);
  });

  it("for dead bridges are loaded into a prosody that runs: a restart would end all meetings", () => {
    done();
    expect(done(older)).toEqual(loaded);
    expect(done()).toEqual([]);
  });

  it("come into effect by a restart where another one has changed too", () => {
    done();
    expect(done(older, "another")).toEqual(["restart prosody"]);
  });

  /** As the packages and older versions of this program have it: prosody offers servers that do not exist. */
  const offering = `
    sed -i "/TURN servers: set by pulumi/d" "$prosody_config"
    printf '%s\n' '${packaged.replaceAll("\n", "' '")}' >>"$prosody_config"
    note_running prosody "\${prosody_files[@]}"`;
  const reloaded = ["shell config reload", "shell module reload external_services a.test"];

  it("offer no TURN servers any more, without a restart", () => {
    done();
    expect(done(offering)).toEqual(reloaded);
    expect(done()).toEqual([]);
  });

  it("offer no TURN servers and are loaded, both without a restart, on the oldest clusters", () => {
    done();
    expect(done(`${offering}\n${older}`)).toEqual([...loaded, ...reloaded]);
    expect(done()).toEqual([]);
  });

  it("come into effect by a restart where the configuration has changed besides", () => {
    done();
    expect(done(`${offering}\necho 'log = "x"' >>"$prosody_config"`)).toEqual(["restart prosody"]);
  });
});
