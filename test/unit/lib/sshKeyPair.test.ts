import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import * as ssh2 from "ssh2";
import { ecdsaKeyPair, ed25519KeyPair, opensshPrivateKey } from "../../../lib/sshKeyPair";

const seed = (bytes: number, text = "seed"): string =>
  createHash("sha512").update(text).digest().subarray(0, bytes).toString("base64");

/** The public half as OpenSSH itself derives it from the private one. */
function publicHalfBySshKeygen(privateKey: string): string {
  const dir = mkdtempSync(join(tmpdir(), "key-"));
  try {
    const file = join(dir, "key");
    writeFileSync(file, privateKey, { mode: 0o600 });
    return execFileSync("ssh-keygen", ["-y", "-P", "", "-f", file], { encoding: "utf8" }).trim();
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe.each([
  { name: "ed25519KeyPair", make: ed25519KeyPair, bytes: 32, type: "ssh-ed25519" },
  { name: "ecdsaKeyPair", make: ecdsaKeyPair, bytes: 40, type: "ecdsa-sha2-nistp256" },
])("$name", ({ make, bytes, type }) => {
  it("makes a private key that ssh-keygen reads, with the public half it derives", () => {
    const pair = make(seed(bytes));
    expect(publicHalfBySshKeygen(pair.privateKey)).toBe(pair.publicKey);
    expect(pair.publicKey).toMatch(new RegExp(`^${type} [A-Za-z0-9+/=]+$`));
  });

  it("gives the same text for the same seed", () => {
    expect(make(seed(bytes))).toEqual(make(seed(bytes)));
  });

  it("gives another key for another seed", () => {
    expect(make(seed(bytes, "a")).publicKey).not.toBe(make(seed(bytes, "b")).publicKey);
  });

  it("makes a valid pair of every seed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: bytes, maxLength: bytes }), (random) => {
        const pair = make(Buffer.from(random).toString("base64"));
        const parsed = ssh2.utils.parseKey(pair.privateKey);
        if (parsed instanceof Error) {
          throw parsed;
        }
        expect(`${type} ${parsed.getPublicSSH().toString("base64")}`).toBe(pair.publicKey);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses a seed of another length", () => {
    expect(() => make(seed(bytes - 1))).toThrow(
      `An SSH key of this type needs a seed of ${bytes} bytes, not ${bytes - 1}`,
    );
  });
});

describe("ed25519KeyPair", () => {
  it("keeps its text over releases: another one would run every remote step again", () => {
    const { privateKey, publicKey, pkcs8 } = ed25519KeyPair(Buffer.alloc(32, 7).toString("base64"));
    expect(publicKey).toBe(
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs",
    );
    expect(createHash("sha256").update(privateKey).digest("hex")).toMatchInlineSnapshot(
      `"56df4ed2ab1b19e33a12fbcbcd444928510c7ceb645ec320453865891256279e"`,
    );
    expect(createHash("sha256").update(pkcs8).digest("hex")).toMatchInlineSnapshot(
      `"ad8d88bf416cfc119aadf34098b4828a2975514df3f1f9b26df2229d62643b33"`,
    );
  });

  it("has the same key in a format a third as long, which becomes OpenSSH's again", () => {
    const { privateKey, pkcs8 } = ed25519KeyPair(seed(32));
    expect(pkcs8.length).toBeLessThan(privateKey.length / 2);
    expect(opensshPrivateKey(pkcs8)).toBe(privateKey);
  });
});

describe("opensshPrivateKey", () => {
  it.each([
    ["OpenSSH's ed25519 key", ed25519KeyPair(seed(32)).privateKey],
    ["a SEC 1 key", ecdsaKeyPair(seed(40)).privateKey],
  ])("leaves %s as it is", (_, privateKey) => {
    expect(opensshPrivateKey(privateKey)).toBe(privateKey);
  });
});
