import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The host of the XMPP accounts. */
export const host = "auth.a.test";

/** A folder with certificates of `host`, in the place of all folders of a host that hold some. */
export class Certificates {
  readonly dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));

  end(): void {
    rmSync(this.dir, { recursive: true });
  }

  at(name: string): string {
    return join(this.dir, name);
  }

  openssl(...args: string[]): string {
    const stdio = ["ignore" as const, "pipe" as const, "pipe" as const];
    return execFileSync("openssl", args, { cwd: this.dir, encoding: "utf8", stdio });
  }

  /** Makes `NAME.crt` and `NAME.key` as the packages do; it ends in so many days, or has ended. */
  make(name: string, days: string): void {
    const names = `subjectAltName=DNS:${host},DNS:internal.${host}`;
    const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`];
    const subject = ["-subj", `/CN=${host}`, "-addext", names];
    this.openssl("req", "-x509", ...key, ...subject, "-out", `${name}.new`);
    const sign = ["-in", `${name}.new`, "-signkey", `${name}.key`, "-days", days];
    this.openssl("x509", ...sign, "-out", `${name}.crt`);
  }

  /** Paths of a host, and those in this folder that stand for them. */
  paths(): Record<string, string> {
    return {
      "/var/lib/prosody": this.dir,
      "/var/lib/jitsi-hetzner": this.at("state"),
      "/usr/local/share/ca-certificates": this.dir,
      "/etc/ssl/certs/ca-certificates.crt": this.at("bundle"),
      "certificate_links=/etc/ssl/certs": `certificate_links=${this.dir}`,
    };
  }

  /** Bash functions of a host to which prosody shows the certificate `NAME.crt`. */
  world(shown: string = host): string {
    return `
      HOSTNAME=host
      shown_certificate() { certificate_text '${this.at(`${shown}.crt`)}'; }
    `;
  }
}
