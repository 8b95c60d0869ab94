import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { installer, installerOfFirstBoot, renderUserData } from "../../../cloud-init/userData";
import { unpackText } from "../../../lib/packedText";
import { goldenRoleOf } from "../../../packages/sandbox/src/hosts/goldenRecipe";
import { hostProblems } from "../../../packages/sandbox/src/hosts/preconditions";
import { imageOf } from "../../../packages/sandbox/src/hosts/releases";
import { baseOf } from "../../../packages/sandbox/src/prepare";
import { fakeSecret, userDataFixtures } from "../fixtures";
import { filesBelow, projectDir, run } from "../support";

const roles = ["web", "jvb"] as const;
const rendered = roles.flatMap((role) =>
  (["smallest", "fullest"] as const).map((size) => ({
    role,
    size,
    args: userDataFixtures[role][size],
    text: renderUserData(userDataFixtures[role][size]),
  })),
);

interface CloudConfig {
  readonly write_files: readonly {
    path: string;
    permissions: string;
    encoding?: string;
    content: string;
  }[];
}

/** As cloud-init reads it. */
function read(text: string): CloudConfig {
  const config = parse(text) as CloudConfig;
  const plain = ({ encoding, content }: CloudConfig["write_files"][number]) =>
    encoding === "gz+b64" ? unpackText(content) : content;
  return {
    ...config,
    write_files: config.write_files.map((file) => ({ ...file, content: plain(file) })),
  };
}

/** Files that are the same on each host, by their paths in this repository: other tests show what they do. */
const plainFiles = Object.fromEntries(
  filesBelow("cloud-init/etc")
    .filter((file) => !file.endsWith(".hbs"))
    .map((file) => [
      readFileSync(join(projectDir, "cloud-init/etc", file), "utf8"),
      `cloud-init/etc/${file}`,
    ]),
);
plainFiles[installerOfFirstBoot()] = "cloud-init/install.sh, without comments";
const shortened = (config: CloudConfig): CloudConfig => ({
  ...config,
  write_files: config.write_files.map((file) => ({
    ...file,
    content: plainFiles[file.content] ?? file.content,
  })),
});

describe("cloud-init", () => {
  it("puts every file of its folder into the user data", () => {
    const [first] = rendered;
    const written = (parse(first?.text ?? "") as CloudConfig).write_files.map(({ path }) => path);
    const kept = filesBelow("cloud-init")
      .filter((file) => file.startsWith("etc/"))
      .map((file) => `/${file.replace(/\.hbs$/, "")}`);
    expect(written.sort()).toEqual([...kept, "/usr/local/sbin/jitsi-hetzner-install"].sort());
    expect(filesBelow("cloud-init").filter((file) => !file.startsWith("etc/"))).toEqual([
      "host.yaml.hbs",
      "install.sh",
      "userData.ts",
    ]);
  });

  it.each(rendered)("renders $role ($size) whole, below Hetzner's limit", ({ text }) => {
    expect(text.startsWith("#cloud-config\n")).toBe(true);
    expect(text).not.toContain("{{");
    expect(Buffer.byteLength(text)).toBeLessThan(32 * 1024);
  });

  it.each(rendered.filter(({ size }) => size === "fullest"))(
    "gives a new $role the same settings as before",
    ({ text }) => {
      expect(shortened(read(text))).toMatchSnapshot();
    },
  );

  it.each(rendered)("tells the sandbox whose golden image it boots: $role ($size)", (host) => {
    expect(goldenRoleOf({ image: imageOf.trixie, userData: host.text })).toBe(host.role);
  });

  it.each(rendered)("gives the same text for the same input: $role ($size)", ({ args, text }) => {
    expect(renderUserData({ ...args })).toBe(text);
  });

  it.each(rendered)("carries no secret but the bootstrap key: $role ($size)", ({ args, text }) => {
    const key = JSON.stringify(args.bootstrapKey.privateKey);
    expect(text).toContain(key);
    const rest = text.replace(key, "");
    expect(rest).not.toContain("FakeKey0".repeat(20));
    expect(rest).not.toContain(fakeSecret);
    expect(rest).not.toMatch(/PRIVATE KEY/);
  });

  it.each(rendered)("writes the installer and clean settings: $role ($size)", ({ text }) => {
    const { write_files: files } = read(text);
    const scripts = files.filter(({ permissions }) => permissions === "0755");
    expect(scripts.map(({ content }) => content)).toEqual([installerOfFirstBoot()]);
    const conf = files.find(({ path }) => path.endsWith("/host.conf"));
    expect(run("shellcheck", ["-s", "sh", "-e", "SC2034", "-"], conf?.content)).toBe("ok\n");
  });

  it("leaves out nothing of the installer but comments", () => {
    // What bash has understood of it.
    const understood = (script: string) =>
      run("bash", ["-s"], script.replace(/^main "\$@"$/m, "declare -f; declare -p"))
        // Which is in a variable of bash's own.
        .replace(/^declare.* (BASH_|EPOCH|RANDOM|SECONDS|SRANDOM|LINENO|PPID|_=).*$/gm, "");
    expect(understood(installerOfFirstBoot())).toBe(understood(installer()));
    expect(understood(installer())).toContain("install_all ()");
    expect(installerOfFirstBoot()).not.toMatch(/^\s*#[^!]/m);
  });

  it("refuses more than Hetzner takes", () => {
    const args = userDataFixtures.web.smallest;
    expect(() => renderUserData({ ...args, hostname: "h".repeat(32 * 1024) })).toThrow(
      /user data of h+ has \d+ bytes; Hetzner takes fewer than 32768/,
    );
  });
});

// cloud-init itself is on the hosts' base system only; there it is a chroot away.
const problems = hostProblems();
const describeOnHosts = problems.length === 0 ? describe : describe.skip;
if (problems.length > 0) {
  process.stderr.write(`SKIPPED: user data is not checked by cloud-init: ${problems.join("; ")}\n`);
  if (process.env.CI === "true") {
    throw new Error("With CI=true a skipped host suite is a failure");
  }
}

describeOnHosts.each(Object.values(imageOf))("cloud-init's own check on %s", (image) => {
  let base = "";

  beforeAll(async () => {
    base = await baseOf(image);
  }, 600_000);

  /** In a mount namespace of its own: /proc is mounted there only, and the text comes in by a pipe (a socket, as Node gives, cannot be opened by name). */
  const schema = (text: string) =>
    run("unshare", ["-m", "--propagation", "private", "sh", "-c", inBase, "sh", base], text);
  const inBase =
    'mount -t proc proc "$1/proc" && cat | chroot "$1" cloud-init schema --config-file /proc/self/fd/0';

  it("runs on the base system", () => {
    expect(existsSync(base)).toBe(true);
    expect(schema("#cloud-config\nhostname: [1]\n")).toContain("hostname: [1] is not of type");
  });

  it("lets people log in to a new host with keys alone", () => {
    const [{ text } = { text: "" }] = rendered;
    const { write_files: files } = read(text);
    // As sshd reads them: in the order of their names, and the first value counts.
    const parts = files.filter(({ path }) => path.startsWith("/etc/ssh/sshd_config.d/"));
    parts.sort((a, b) => a.path.localeCompare(b.path));
    const conf = parts.map(({ content }) => content).join("");
    const inHost = `mount -t tmpfs tmpfs "$1/run" && mkdir "$1/run/sshd" && cat >"$1/run/conf" &&
      ssh-keygen -q -t ed25519 -N '' -f "$1/run/key" && chroot "$1" /usr/sbin/sshd -T -f /run/conf -h /run/key`;
    const settings = run(
      "unshare",
      ["-m", "--propagation", "private", "sh", "-c", inHost, "sh", base],
      conf,
    );
    for (const line of [
      "passwordauthentication no",
      "kbdinteractiveauthentication no",
      "permitrootlogin without-password",
      "pubkeyauthentication yes",
      "authorizedkeysfile .ssh/authorized_keys /etc/ssh/authorized_keys.d/%u",
    ]) {
      expect(settings.split("\n")).toContain(line);
    }
  });

  it.each(rendered)("takes $role ($size)", ({ text }) => {
    expect(schema(text)).toMatch(/^ok\nValid (cloud-config|schema)/);
  });
});
