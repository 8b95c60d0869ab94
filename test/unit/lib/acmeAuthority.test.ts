import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAuthority } from "../../../lib/acmeAuthority";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "authority-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the file of acmeCaFile", () => {
  it("is read as it is", () => {
    const file = join(folder, "ca.pem");
    writeFileSync(file, "-----BEGIN CERTIFICATE-----\n");
    expect(readAuthority(file)).toBe("-----BEGIN CERTIFICATE-----\n");
    expect(readAuthority(undefined)).toBeUndefined();
  });

  it("is refused if it is missing, with the path and the command", () => {
    expect(() => readAuthority("/nowhere/ca.pem")).toThrow(
      /acmeCaFile is "\/nowhere\/ca.pem", which cannot be read \(ENOENT\):\n +pulumi config set acmeCaFile FILE/,
    );
  });

  it("is refused if it has no certificate", () => {
    const file = join(folder, "other.pem");
    writeFileSync(file, "<html>");
    expect(() => readAuthority(file)).toThrow(/has no certificate in PEM/);
  });
});
