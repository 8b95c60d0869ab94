import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildDebianStandIns,
  installedPackages,
  kernelRelease,
} from "../../../src/debianStandIns/build";
import { suites } from "../../../src/hosts/releases";
import { run } from "../../../src/standIns/run";

describe.each(suites)("the stand-ins for packages of %s", (suite) => {
  let dir: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "jh-debian-"));
    await buildDebianStandIns(suite, dir);
  }, 60_000);

  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  const deb = (name: string): string =>
    join(dir, readdirSync(dir).find((file) => file.startsWith(`${name}_`)) ?? name);
  const contents = (name: string): Promise<string> => run("dpkg-deb", ["--contents", deb(name)]);

  it("have the sound module in the standard kernel only", async () => {
    const standard = kernelRelease(suite, "amd64");
    const module = `./usr/lib/modules/${standard}/kernel/sound/drivers/snd-aloop.ko.xz`;
    expect(await contents(`linux-image-${standard}`)).toContain(module);
    const cloud = await contents(`linux-image-${kernelRelease(suite, "cloud-amd64")}`);
    expect(cloud).not.toContain("snd");
    expect(cloud).toContain("./boot/vmlinuz-");
  });

  it("are an apt source in which each flavour depends on its kernel", async () => {
    const index = readFileSync(join(dir, "Packages"), "utf8");
    for (const name of installedPackages(suite)) expect(index).toContain(`Package: ${name}\n`);
    const meta = await run("dpkg-deb", ["--field", deb("linux-image-amd64"), "Depends"]);
    expect(meta).toContain(`linux-image-${kernelRelease(suite, "amd64")} (= 6.`);
  });

  it("have scripts that can be executed, and no placeholders", async () => {
    expect(await contents("kmod")).toMatch(/^-rwxr-xr-x root\/root .* \.\/usr\/bin\/kmod$/m);
    const release = kernelRelease(suite, "amd64");
    const script = await run("dpkg-deb", ["--info", deb(`linux-image-${release}`), "postinst"]);
    expect(script).toContain(`--arg=${release} `);
    expect(script).not.toContain("@");
  });
});
