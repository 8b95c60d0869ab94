import { spawnSync } from "node:child_process";
import { bashInScript } from "../bash";

const values = {
  DOMAIN: "a.test",
  WEB_PRIVATE_IP: "10.0.0.2",
  LOGIN_MODULE: "-",
  BRIDGES_MODULE: "-",
  TMPFILES_CONF: "-",
};

/** Runs the check where prosody's shell answers this. */
function check(answer: string, code = 0) {
  const world = `
    timeout() { shift; "$@"; }
    sleep() { SECONDS=$((SECONDS + 40)); }
    prosodyctl() { printf '%s\\n' ${JSON.stringify(answer)}; return ${code.toString()}; }
    HOSTNAME=web-1
    expect_modules
  `;
  return bashInScript("web/configure", values, world);
}

/** The text after `>` of a question to prosody's shell, answered by a Lua that plays prosody. */
function askLua(prefix: string, hosts: string): string {
  const { stdout } = bashInScript("web/configure", values, 'printf "%s" "$ask_modules" >&3');
  const program = `
    local hosts = ${hosts}
    prosody = { hosts = hosts }
    package.loaded["${prefix}core.modulemanager"] = {
      get_modules_for_host = function (host)
        local wanted = {}
        for _, name in ipairs(hosts[host].wanted) do wanted[#wanted + 1] = name end
        local list = { add = function (_, name) wanted[#wanted + 1] = name end }
        local i = 0
        return setmetatable(list, { __call = function () i = i + 1; return wanted[i] end }), hosts[host].component
      end,
      is_loaded = function (host, name)
        for _, one in ipairs((hosts[host] or { loaded = { "posix" } }).loaded) do if one == name then return true end end
      end,
    }
    print((function () ${stdout} end)())
  `;
  const lua = spawnSync("lua5.4", ["-"], { input: program, encoding: "utf8" });
  return lua.stdout + lua.stderr;
}

describe("expect_modules", () => {
  it("says nothing when prosody has loaded all modules that its configuration names", () => {
    const answer = "| Result: modules missing:  end";
    expect(check(answer)).toMatchObject({ status: 0, stderr: "" });
  });

  it("names each module that is missing, its host and the remedy", () => {
    const answer =
      "| Result: modules missing: av_moderation@a.test speakerstats@a.test polls@conference.a.test end";
    const { status, stderr } = check(answer);
    expect(status).toBe(1);
    expect(stderr).toContain("prosody could not load mod_av_moderation on a.test\n");
    expect(stderr).toContain(
      "web/configure failed on web-1: prosody runs without modules that are in its configuration: av_moderation on a.test speakerstats on a.test polls on conference.a.test\n",
    );
    expect(stderr).toContain(
      `on web-1: sed -Ei '/^ *"(av_moderation|polls|speakerstats)";/d' /etc/prosody/conf.avail/a.test.cfg.lua && systemctl restart prosody`,
    );
  });

  it("fails when prosody does not say which modules it has", () => {
    const { status, stderr } = check("** Unable to connect to server", 1);
    expect(status).toBe(1);
    expect(stderr).toContain('put "admin_shell" into modules_enabled');
  });

  it.each([
    ["prosody 0.12", ""],
    ["prosody 13", "prosody."],
  ])("asks %s by its own rules for what is configured and not loaded", (_, prefix) => {
    const hosts = `{
      ["a.test"] = { wanted = { "ping", "gone", "posix" }, loaded = { "ping" } },
      ["focus.a.test"] = { wanted = {}, component = "client_proxy", loaded = {} },
    }`;
    expect(askLua(prefix, hosts)).toBe(
      "modules missing: client_proxy@focus.a.test gone@a.test end\n",
    );
  });
});
