import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bashInScript } from "../bash";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  for (const folder of ["sites-available", "sites-enabled", "modules-enabled"]) {
    mkdirSync(file(folder));
  }
  writeFileSync(file("jitsi-meet.example"), "server_name jitsi-meet.example.com;\n");
  for (const folder of ["sites-available", "sites-enabled"]) {
    writeFileSync(file(`${folder}/${domain}.conf`), "a site\n");
  }
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const domain = "a.test";
const file = (name: string): string => join(dir, name);
const certificate = (): string => readFileSync(file(`${domain}.crt`), "utf8");

const openssl = (...args: string[]): string =>
  execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
/** Puts another private key in place. */
const putKey = (): void => {
  const options = ["-algorithm", "ed25519", "-out", file(`${domain}.key`)];
  openssl("genpkey", ...options);
};

interface Kind {
  readonly name?: string;
  /** The names that it is for. */
  readonly names?: readonly string[];
  /** Days until it ends; none for one that has ended. */
  readonly days?: number;
}

/** Puts a self-signed certificate in place. */
function selfSigned({ name = domain, names = [domain], days = 365 }: Kind): void {
  const san = names.map((one) => `DNS:${one}`).join(",");
  const about = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${san}`, "-days", String(days)];
  const out = ["-keyout", file(`${domain}.key`), "-out", file(`${domain}.crt`)];
  openssl("req", "-x509", ...newKey, ...about, ...out);
}

/** Puts a certificate in place that another one has signed. */
function signed(kind: Kind): void {
  selfSigned({ name: "An authority", names: ["authority.test"] });
  copyFileSync(file(`${domain}.key`), file("ca.key"));
  copyFileSync(file(`${domain}.crt`), file("ca.crt"));
  const request = file("request");
  const key = ["-keyout", file(`${domain}.key`)];
  openssl("req", ...newKey, ...key, "-subj", `/CN=${kind.name ?? domain}`, "-out", request);
  const days = ["-days", (kind.days ?? 365).toString()];
  const ca = ["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial"];
  openssl("x509", "-req", "-in", request, ...ca, ...days, "-out", file(`${domain}.crt`));
}

/** Runs the step on a host whose nginx serves what is in place, after a reload. */
function run() {
  const world = `
    nginx() { :; }
    systemctl() { echo "systemctl $*"; }
    curl() { :; }
    served() { cat "$certificate"; }
    wait_for() { shift 2; "$@"; }
  `;
  return bashInScript("web/certificate", { DOMAIN: domain }, `${world}\nmain`, {
    "/etc/jitsi/meet": dir,
    "/var/lib/jitsi-hetzner": dir,
    "/etc/jitsi-hetzner": dir,
    "/etc/nginx": dir,
    "/usr/share/jitsi-meet-web-config": dir,
  });
}

/** The step leaves the certificate, and says what is wrong with it. */
function expectKept(problem: string): void {
  const before = certificate();
  const { status, stderr } = run();
  expect([status, stderr]).toEqual([0, expect.stringContaining(problem) as string]);
  expect(stderr).toContain("so this step leaves it");
  expect(certificate()).toBe(before);
}

describe("web/certificate", () => {
  it("makes one where there is none", () => {
    const { status, stderr } = run();
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining("creating a self-signed certificate for a.test") as string,
    ]);
    expect(openssl("x509", "-in", file(`${domain}.crt`), "-noout", "-checkhost", domain)).toContain(
      "does match",
    );
  });

  it("leaves a good one alone, whoever made it", () => {
    for (const make of [selfSigned, signed]) {
      make({});
      const before = certificate();
      expect(run().stderr).not.toContain("WARNING");
      expect(certificate()).toBe(before);
    }
  });

  it("makes the packages' one again when it is about to end", () => {
    selfSigned({ names: ["localhost", domain], days: 20 });
    const before = certificate();
    expect(run().status).toBe(0);
    expect(certificate()).not.toBe(before);
  });

  it("makes its own one again when it is for another name", () => {
    run();
    selfSigned({ name: "b.test", names: ["b.test", "localhost"] });
    const before = certificate();
    expect(run().status).toBe(0);
    expect(certificate()).not.toBe(before);
  });

  it("keeps one that an authority signed, for another name", () => {
    signed({ name: "b.test" });
    expectKept("is not for a.test");
  });

  it("keeps one that an authority signed, which has expired", () => {
    signed({ days: 0 });
    expectKept("has expired (notAfter=");
  });

  it.each([
    ["letsencrypt", "The host orders another one by itself. At once, on the web host: jitsi-"],
    ["own", "Set tlsCertificate and tlsKey to new ones, then: pulumi up"],
    ["self-signed", "Renew it at its source"],
  ])("says what renews a foreign one with tls %s", (tls, advice) => {
    writeFileSync(file("certificate.json"), JSON.stringify({ tls }));
    signed({ days: 0 });
    expect(run().stderr).toContain(advice);
  });

  it("keeps one that an authority signed, which is about to end, without a word", () => {
    signed({ days: 5 });
    const before = certificate();
    expect(run().stderr).not.toContain("WARNING");
    expect(certificate()).toBe(before);
  });

  it("keeps one that an operator signed with its own key", () => {
    selfSigned({ name: "meetings of the school", names: ["b.test"] });
    expectKept("is not for a.test");
  });

  it("keeps one whose key is another one, and says so", () => {
    signed({});
    putKey();
    expectKept("does not belong to the key");
  });

  it.each([
    [
      "letsencrypt",
      "without its key",
      () => {
        rmSync(file(`${domain}.key`));
      },
    ],
    ["own", "with another key", putKey],
    [
      "own",
      "that cannot be read",
      () => {
        writeFileSync(file(`${domain}.crt`), "damaged\n");
      },
    ],
  ])("with tls %s, moves one aside %s: nginx could not start", (tls, _how, damage) => {
    writeFileSync(file("certificate.json"), JSON.stringify({ tls }));
    signed({});
    damage();
    const before = certificate();
    const { status, stderr } = run();
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining("so nginx cannot start") as string,
    ]);
    expect(readFileSync(file(`${domain}.crt.old`), "utf8")).toBe(before);
    expect(openssl("x509", "-in", file(`${domain}.crt`), "-noout", "-subject")).toContain(domain);
  });

  it("creates the site of nginx again, which the packages do not", () => {
    const [site, enabled] = ["sites-available", "sites-enabled"].map((one) =>
      file(`${one}/${domain}.conf`),
    ) as [string, string];
    const stream = file("modules-enabled/90-jitsi-hetzner-turn.conf");
    writeFileSync(stream, "stream\n");
    run();
    expect([readFileSync(site, "utf8"), existsSync(stream)]).toEqual(["a site\n", true]);
    rmSync(site);
    rmSync(enabled);
    expect(run().status).toBe(0);
    expect(readFileSync(enabled, "utf8")).toBe(`server_name ${domain};\n`);
    expect(existsSync(stream)).toBe(false);
  });

  it.each([
    ["64", "512"],
    ["1024", "1024"],
  ])("gives nginx room for every name in the site: from %s to %s bytes", (before, after) => {
    const site = file(`sites-available/${domain}.conf`);
    const text = (size: string) => `server_names_hash_bucket_size ${size};\n\nserver {\n}\n`;
    writeFileSync(site, text(before));
    expect(run().status).toBe(0);
    expect(readFileSync(site, "utf8")).toBe(text(after));
  });

  it("keeps a key whose certificate has not come yet", () => {
    putKey();
    const key = readFileSync(file(`${domain}.key`), "utf8");
    expect(run().status).toBe(0);
    expect(existsSync(file(`${domain}.crt`))).toBe(true);
    expect(readFileSync(file(`${domain}.key.old`), "utf8")).toBe(key);
  });
});
