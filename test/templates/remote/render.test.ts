import { hostFiles } from "../../../remote/hostFile";
import { render } from "../../../remote/render";
import type { TemplateName } from "../../../remote/render";
import { remoteScript } from "../../../remote/script";
import type { ScriptName } from "../../../remote/script";
import { fakeSecret, scriptFixtures, templateFixtures } from "../fixtures";
import { filesBelow, run, withFile } from "../support";

const templates = Object.keys(templateFixtures) as TemplateName[];
const scripts = Object.keys(scriptFixtures) as ScriptName[];
const libraries = [
  "lib.sh",
  "apt.sh",
  "bridge.sh",
  "host/kernel.sh",
  "host/limits.sh",
  "jvb/join.sh",
  "privateNetwork.sh",
  "trust.sh",
  "web/bridges.sh",
  "web/empty.sh",
  "web/focus.sh",
  "web/guests.sh",
  "web/health.sh",
  "web/modules.sh",
  "web/prosody.sh",
  "web/turn.sh",
  "web/waits.sh",
];

const rendered = templates.flatMap((name) =>
  (["smallest", "fullest"] as const).map((size) => ({
    name,
    size,
    text: render(name, templateFixtures[name][size]),
  })),
);

const ofKind = (ending: string) => rendered.filter(({ name }) => name.endsWith(ending));

describe("remote", () => {
  it("has a fixture for every file that is not TypeScript", () => {
    const known = [
      ...templates.map((name) => `${name}.hbs`),
      ...scripts.map((name) => `${name}.sh`),
      ...libraries,
      ...Object.values(hostFiles)
        .filter((path) => path.startsWith("remote/"))
        .map((path) => path.slice("remote/".length)),
    ];
    expect(filesBelow("remote").filter((file) => !file.endsWith(".ts"))).toEqual(known.sort());
  });

  it.each(rendered)("renders $name ($size) whole", ({ text }) => {
    expect(text).not.toContain("{{");
    expect(text.endsWith("\n")).toBe(true);
    expect(text).toMatchSnapshot();
  });

  it("refuses a missing variable", () => {
    const lacking = { services: [] } as never;
    expect(() => render("host/etc/nftables.d/jitsi-hetzner.nft", lacking)).toThrow("privateRange");
  });

  it.each(ofKind(".conf"))("is HOCON that says what was given: $name ($size)", ({ text, size }) => {
    const given = templateFixtures["jvb/etc/jitsi/videobridge/jvb.conf"][size];
    const get = (path: string) =>
      withFile(text, (file) => run("hocon", ["-f", file, "get", path, "--json"]));
    const relay = { enabled: true, region: given.region, "relay-id": given.nickname };
    expect(get("videobridge.relay")).toBe(`ok\n${JSON.stringify(relay, null, 4)}\n`);
    expect(get("videobridge.http-servers.private.host")).toBe(`ok\n"${given.restHost}"\n`);
    expect(get("videobridge.http-servers.private.port")).toBe(`ok\n${given.restPort}\n`);
  });

  it("has no client in jvb.conf: one to localhost would stay beside the real one", () => {
    const text = render(
      "jvb/etc/jitsi/videobridge/jvb.conf",
      templateFixtures["jvb/etc/jitsi/videobridge/jvb.conf"].fullest,
    );
    expect(text).not.toContain("xmpp-client");
  });

  it.each(ofKind(".nft"))("is taken by nft, twice: $name ($size)", ({ text }) => {
    expect(run("unshare", ["-rn", "nft", "-c", "-f", "-"], text + text)).toBe("ok\n");
  });

  it.each(ofKind(".lua"))("is Lua: $name ($size)", ({ text }) => {
    expect(run("luac5.4", ["-p", "-"], text)).toBe("ok\n");
  });

  it.each(ofKind(".properties"))("is a complete shard: $name ($size)", ({ text, size }) => {
    const given = templateFixtures["jvb/etc/jitsi/videobridge/sip-communicator.properties"][size];
    const prefix = "org.jitsi.videobridge.xmpp.user.shard.";
    const entries = text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.split(/=(.*)/s).slice(0, 2));
    expect(Object.fromEntries(entries)).toEqual({
      [`${prefix}HOSTNAME`]: given.webPrivateIp,
      [`${prefix}DOMAIN`]: given.authDomain,
      [`${prefix}USERNAME`]: given.username,
      [`${prefix}PASSWORD`]: given.jvbSecret,
      [`${prefix}MUC_JIDS`]: given.breweryJid,
      [`${prefix}MUC_NICKNAME`]: given.nickname,
    });
  });

  it.each(scripts)("is clean shell with its values and libraries: %s", (name) => {
    const text = remoteScript(name, scriptFixtures[name] as never);
    // What a library offers and one script does not use is no mistake here (SC2034, SC2317), nor is what a value
    // looks like (SC2016).
    const options = ["-s", "bash", "-e", "SC2034,SC2317,SC2016", "-"];
    expect(run("shellcheck", options, text)).toBe("ok\n");
  });

  it("names a secret only where it is assigned", () => {
    const text = remoteScript("web/account", scriptFixtures["web/account"]);
    expect(text.split("\n").filter((line) => line.includes(fakeSecret))).toEqual([
      `JVB_SECRET='${fakeSecret}'`,
    ]);
    // Neither exported nor an argument of a program: only of shell functions and here-strings.
    expect(text).not.toMatch(/export[^\n]*JVB_SECRET/);
  });
});
