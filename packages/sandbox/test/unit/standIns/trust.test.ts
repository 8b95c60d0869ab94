import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python } from "./python";

/**
 * A TLS handshake in memory: whether a client that trusts `store` accepts a server with this
 * certificate.
 */
const handshake = `
import json, ssl, sys, shutil
from jitsi_stand_in.trust import TrustStore
store, certificate, key, later = sys.argv[1:5]
trusted = TrustStore(store)
if later: shutil.copy(later, store)
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(certificate, key)
to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
client_side = trusted.context().wrap_bio(to_client, to_server, server_hostname="auth.a.test")
server_side = server.wrap_bio(to_server, to_client, server_side=True)
done = set()
answer = "accepted"
try:
    while client_side not in done:
        for side in (client_side, server_side):
            try:
                if side not in done: side.do_handshake(); done.add(side)
            except ssl.SSLWantReadError: pass
except ssl.SSLError as problem: answer = str(problem)
print(json.dumps(answer))
`;

describe("the stand-ins' trust in a server's certificate", () => {
  let dir = "";
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
  };
  const selfSigned = (name: string, host = "auth.a.test"): void => {
    const subject = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
    const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
    openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      ...subject,
      ...files,
    );
  };
  /** The same certificate, but expired. */
  const endsYesterday = (from: string, to: string): void => {
    openssl(
      "x509",
      "-in",
      `${from}.crt`,
      "-signkey",
      `${from}.key`,
      "-days",
      "-1",
      "-out",
      `${to}.crt`,
    );
    copyFileSync(at(`${from}.key`), at(`${to}.key`));
  };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
    selfSigned("valid");
    selfSigned("other");
    selfSigned("named-otherwise", "b.test");
    selfSigned("authority", "ca.test");
    endsYesterday("valid", "expired");
    // Signed by a certificate that is trusted but expired.
    openssl("x509", "-x509toreq", "-in", "valid.crt", "-signkey", "valid.key", "-out", "csr");
    openssl(
      "x509",
      "-req",
      "-in",
      "csr",
      "-CA",
      "authority.crt",
      "-CAkey",
      "authority.key",
      "-days",
      "-1",
      "-out",
      "issued.crt",
    );
    copyFileSync(at("valid.key"), at("issued.key"));
  });
  afterAll(() => {
    rmSync(dir, { recursive: true });
  });

  const says = (server: string, stored: string, later = ""): unknown => {
    copyFileSync(at(`${stored}.crt`), at("store"));
    const later_ = later === "" ? "" : at(`${later}.crt`);
    return python(handshake, at("store"), at(`${server}.crt`), at(`${server}.key`), later_).value;
  };

  it("accepts one that is in the store", () => {
    expect(says("valid", "valid")).toBe("accepted");
  });

  it("accepts an expired one that itself is in the store, as Java does", () => {
    expect(says("expired", "expired")).toBe("accepted");
  });

  it("refuses an expired one when only its issuer is in the store", () => {
    expect(says("issued", "authority")).toContain("certificate has expired");
  });

  it("refuses another one with the same name", () => {
    expect(says("other", "valid")).toContain("certificate verify failed");
  });

  it("refuses one with another name", () => {
    expect(says("named-otherwise", "named-otherwise")).toContain("Hostname mismatch");
  });

  it("does not know certificates that were added to the store after its start", () => {
    expect(says("other", "valid", "other")).toContain("certificate verify failed");
  });
});
