import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FakeRepository } from "./fakeRepository";

let repository: FakeRepository;
beforeAll(() => {
  repository = new FakeRepository();
});
afterAll(() => {
  repository.end();
});

describe("jitsi-hetzner-install repository", () => {
  it("takes packages from a mirror, whose key is asked for", () => {
    const raw = { jitsiAptRepository: "https://mirror.example.test/jitsi/" };
    const { stdout, root } = repository.install(raw, ["repository"]);
    expect(stdout).toContain("curl https://mirror.example.test/jitsi/jitsi-key.gpg.key");
    expect(readFileSync(join(root, "jitsi-stable.list"), "utf8")).toBe(
      `deb [signed-by=${root}/jitsi-keyring.gpg] https://mirror.example.test/jitsi stable/\n`,
    );
    expect(existsSync(join(root, "jitsi-keyring.gpg"))).toBe(true);
  });

  it("installs gpg where only curl is there, as on a stock Debian image", () => {
    // The package gpg alone: an agent is "not installed", so nothing may need one.
    const world = `
      command() { if [[ $2 == gpg ]]; then return 1; fi; builtin command "$@"; }
      gpg() { builtin command gpg --agent-program /nowhere/gpg-agent "$@"; }
    `;
    const { stdout, status } = repository.install({}, ["repository"], { world });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^apt-get .*update\napt-get install -y --no-install-recommends ca-certificates gpg\ncurl /,
    );
  });

  it("installs nothing for the key where curl and gpg are there", () => {
    expect(repository.install({}, ["repository"]).stdout).not.toContain("apt-get install");
  });

  it("takes an armoured and a binary key; apt gets the same binary keyring", () => {
    const keyrings = [repository.key, repository.binaryKey].map((key) => {
      const { root, status } = repository.install({}, ["repository"], { key });
      expect(status).toBe(0);
      return readFileSync(join(root, "jitsi-keyring.gpg"));
    });
    expect(keyrings[0]).toEqual(keyrings[1]);
    expect(keyrings[0]).toEqual(repository.binaryKey);
  });

  it("refuses another key than the one that is expected, and shows both with the command", () => {
    const jitsi = "FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806";
    const { stderr, status, root } = repository.install({ jitsiAptKeyFingerprint: jitsi }, [
      "repository",
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `has the fingerprint ${repository.fingerprint}, but ${jitsi} is expected. Ask the operator of the repository; if it is right: pulumi config set jitsiAptKeyFingerprint ${repository.fingerprint}`,
    );
    expectNoRepository(root);
  });

  it.each([
    ["", "it is empty", "no valid OpenPGP data"],
    ["<!DOCTYPE html><html>login please</html>", "it is a web page", "no valid OpenPGP data"],
    ["moved", 'it has 5 bytes and begins with "moved"', "no valid OpenPGP data"],
    [
      "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbm8ga2V5\n-----END PGP PUBLIC KEY BLOCK-----\n",
      'begins with "-----BEGIN PGP PUBLIC KEY BLOCK-----',
      "gpg: ",
    ],
  ])("refuses %j as a key, says what it is, and shows gpg's error", (key, what, error) => {
    const { stderr, status, root } = repository.install({}, ["repository"], { key });
    expect(status).toBe(1);
    expect(stderr).toContain(`jitsi-key.gpg.key is no OpenPGP key: `);
    expect(stderr).toContain(what);
    expect(stderr).toContain(error);
    expect(stderr).toContain("pulumi config set jitsiAptRepository ADDRESS");
    expectNoRepository(root);
  });

  it("shows the error of a gpg that cannot run", () => {
    const world = `gpg() { echo "gpg: cannot open shared object file" >&2; return 127; }`;
    const { stderr, status } = repository.install({}, ["repository"], { world });
    expect(status).toBe(1);
    expect(stderr).toContain("gpg: cannot open shared object file");
  });

  it("refuses two keys in one file, because packages signed by the other would be trusted too", () => {
    const key = `${repository.key}\n${repository.otherKey()}`;
    const { status, stderr, root } = repository.install({}, ["repository"], { key });
    expect(status).toBe(1);
    expect(stderr).toContain(`has more than one key (${repository.fingerprint} `);
    expectNoRepository(root);
  });

  it("keeps the repository of before when the new one has another key or no package lists", () => {
    const { root } = repository.install({}, ["repository"]);
    const files = ["jitsi-stable.list", "jitsi-keyring.gpg", "repository"];
    const content = (): string[] => files.map((file) => readFileSync(join(root, file), "latin1"));
    const before = content();
    const raw = { jitsiAptRepository: "https://mirror.example.test" };
    const key = repository.otherKey();
    const wrongKey = repository.install(raw, ["repository"], { root, key });
    expect([wrongKey.status, content()]).toEqual([1, before]);
    const world = "apt_get() { return 100; }";
    const noLists = repository.install(raw, ["repository"], { root, world });
    expect([noLists.status, content()]).toEqual([1, before]);
  });

  it("leaves no repository behind when the first one has no package lists", () => {
    const { status, root } = repository.install({}, ["repository"], {
      world: "apt_get() { return 100; }",
    });
    expect(status).toBe(1);
    expectNoRepository(root);
  });

  it("fetches the key over https only, redirections included", () => {
    const world = 'curl() { echo "curl $*" >&2; return 1; }';
    expect(repository.install({}, ["repository"], { world }).stderr).toMatch(
      /^curl -fsSL --proto =https /m,
    );
  });
});

function expectNoRepository(root: string): void {
  for (const file of ["jitsi-keyring.gpg", "jitsi-stable.list", "repository"]) {
    expect([file, existsSync(join(root, file))]).toEqual([file, false]);
  }
}
