import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { withoutComments } from "../../../remote/bridgeSettings";
import { hostFile, hostFiles } from "../../../remote/hostFile";
import { render, type TemplateName } from "../../../remote/render";
import { libraries } from "../../../remote/scriptFiles";
import { scriptFixtures, templateFixtures } from "../fixtures";
import { filesBelow, run, verifyUnits, withFile } from "../support";

const templates = Object.keys(templateFixtures) as TemplateName[];
const scripts = Object.keys(scriptFixtures);
const shared = new Set(["lib", ...Object.values(libraries).flat()]);

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
      ...[...scripts, ...shared].map((name) => `${name}.sh`),
      ...Object.values(hostFiles)
        .filter((path) => path.startsWith("remote/"))
        .map((path) => path.slice("remote/".length)),
    ];
    const isProgram = (file: string): boolean => file.startsWith("program/");
    const others = filesBelow("remote").filter((file) => !file.endsWith(".ts") && !isProgram(file));
    expect(others).toEqual(known.sort());
  });

  it.each(rendered)("renders $name ($size) whole", ({ text }) => {
    expect(text).not.toContain("{{");
    expect(text.endsWith("\n")).toBe(true);
  });

  // What the tests below do not compare as the values that a program reads.
  const fullest = rendered.filter(({ size }) => size === "fullest");
  it.each([...ofKind(".nft"), ...fullest.filter(({ name }) => /\.(conf|socket)$/.test(name))])(
    "gives programs the same settings as before: $name ($size)",
    ({ text }) => {
      expect(withoutComments(text)).toMatchSnapshot();
    },
  );

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

  it.each(ofKind(".conf"))(
    "has no XMPP client, because one to localhost would stay beside the real one: $name ($size)",
    ({ text }) => {
      const apis = withFile(text, (file) =>
        run("hocon", ["-f", file, "get", "videobridge.apis", "--json"]),
      );
      expect(JSON.parse(apis.replace(/^ok\n/, ""))).toEqual({ rest: { enabled: true } });
    },
  );

  it.each(["smallest", "fullest"] as const)(
    "starts a bridge by units that systemd takes (%s)",
    (size) => {
      const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
      try {
        const units = rendered.filter(
          (file) => file.size === size && file.name.includes("/systemd/"),
        );
        for (const { name, text } of units) writeFileSync(join(dir, basename(name)), text);
        const service = hostFile("START_SERVICE");
        // systemd checks that the program is there, which it is on a host.
        writeFileSync(
          join(dir, "jitsi-hetzner-start@.service"),
          service.replace("/usr/local/sbin/jitsi-hetzner-start", "/bin/true"),
        );
        const unit = "[Service]\nExecStart=/bin/true\n";
        writeFileSync(join(dir, "jitsi-videobridge2.service"), unit);
        expect(units).toHaveLength(1);
        const files = ["jitsi-hetzner-start.socket", "jitsi-hetzner-start@1.service"];
        const paths = files.map((file) => join(dir, file));
        expect(verifyUnits(...paths)).toBe("ok\n");
      } finally {
        rmSync(dir, { recursive: true });
      }
    },
  );

  it.each(ofKind(".nft"))("is taken by nft, twice: $name ($size)", ({ text }) => {
    expect(run("unshare", ["-rn", "nft", "-c", "-f", "-"], text + text)).toBe("ok\n");
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
});
