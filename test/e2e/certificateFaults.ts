import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { must, type TestCluster } from "./harness";

/** Something that keeps a name from its certificate, while the domain has one. */
export interface CertificateFault {
  readonly name: string;
  /** One of the few that `certificate.test.ts` has too. The soak has all. */
  readonly isInShort?: boolean;
  /** @param name the name that is to be ordered */
  begin(cluster: TestCluster, name: string): Promise<void>;
  end(cluster: TestCluster): Promise<void>;
  /** What the operator is told. */
  told(name: string): RegExp;
}

type Words = readonly string[];

/** A fault of the sandbox's name servers or of its ACME server. */
const fault = (
  name: string,
  service: "dns" | "acme",
  words: (name: string) => Words,
  told: (name: string) => RegExp,
): CertificateFault => ({
  name,
  begin: async (cluster, alias) => {
    must(name, await cluster.command("fault", service, ...words(alias)));
  },
  end: async (cluster) => {
    must(name, await cluster.command("fault", service, "clear"));
  },
  told,
});

/** A fault on the web host. */
const onWeb = (
  name: string,
  begin: string,
  end: string,
  told: (name: string) => RegExp,
): CertificateFault => ({
  name,
  begin: async (cluster) => {
    await cluster.mustOnHost("web", begin);
  },
  end: async (cluster) => {
    await cluster.mustOnHost("web", end);
  },
  told,
});

/** The verb runs with another clock. The host's own is that of the machine. */
const clock = (days: string): [begin: string, end: string] => [
  `dpkg -s faketime >/dev/null 2>&1 || DEBIAN_FRONTEND=noninteractive apt-get install -y -q faketime 2>&1
   rm /usr/local/sbin/jitsi-hetzner
   cat >/usr/local/sbin/jitsi-hetzner <<'END'
#!/bin/bash
real=/var/lib/jitsi-hetzner/program/jitsi-hetzner
if [[ $1 == certificate ]]; then exec faketime -f '${days}d' "$real" "$@"; fi
exec "$real" "$@"
END
   chmod +x /usr/local/sbin/jitsi-hetzner`,
  "ln -sfnT /var/lib/jitsi-hetzner/program/jitsi-hetzner /usr/local/sbin/jitsi-hetzner",
];

const short = (one: CertificateFault): CertificateFault => ({ ...one, isInShort: true });

/** Each is tried with a name that has no certificate yet. With the last two, one is issued. */
export const certificateFaults: readonly CertificateFault[] = [
  fault(
    "a record is missing",
    "dns",
    (name) => ["missing", name],
    (name) => new RegExp(`A ${name} is missing \\(answers NXDOMAIN\\); it must be `),
  ),
  fault(
    "a record is wrong",
    "dns",
    (name) => ["wrong", name, "A", "198.51.100.9"],
    (name) => new RegExp(`A ${name} is 198\\.51\\.100\\.9, but must be \\S+ alone`),
  ),
  fault(
    "only the AAAA record is wrong",
    "dns",
    (name) => ["wrong", name, "AAAA", "2001:db8::9"],
    (name) => new RegExp(`AAAA ${name} is 2001:db8::9, but must be \\S+ alone`),
  ),
  fault(
    "name servers are slow",
    "dns",
    (name) => ["slow", "20000", name],
    (name) => new RegExp(`A ${name} cannot be looked up \\(does not answer\\)`),
  ),
  short(
    fault(
      "CAA forbids the issuer",
      "dns",
      () => ["wrong", demoConfig.dnsZone, "CAA", '0 issue "other.example"'],
      () => /the CAA records of example\.test allow other\.example, but not letsencrypt\.org/,
    ),
  ),
  fault(
    "the ACME server is down",
    "acme",
    () => ["down"],
    () => /the ACME server https:\S+ cannot be reached: curl: /,
  ),
  fault(
    "the ACME server answers with a web page",
    "acme",
    () => ["bad-answer", "html"],
    () => /the ACME server https:\S+ cannot be reached: curl: .* 502/,
  ),
  fault(
    "the ACME server refuses a name",
    "acme",
    () => ["refuse", "rejectedIdentifier"],
    () => /the ACME server issues no certificate: /,
  ),
  fault(
    "the ACME server takes no nonce",
    "acme",
    () => ["bad-nonce"],
    () => /the ACME server issues no certificate: .*nonce/,
  ),
  fault(
    "there is a rate limit",
    "acme",
    () => ["rate-limit", "orders", "--retry-after", "1"],
    () => /the ACME server refuses more orders until .* UTC \(rate limit\): too many new orders/,
  ),
  short(
    onWeb(
      "port 80 is closed",
      `nft -f - <<'END'
table inet closed { chain input { type filter hook input priority -300; iif != lo tcp dport 80 drop; }; }
END`,
      "nft delete table inet closed",
      () => /the ACME server issues no certificate: .*(Timeout|Fetching|timed out|error)/i,
    ),
  ),
  onWeb(
    "the clock is behind",
    ...clock("-4000"),
    () => /cannot be reached: .*not yet valid \(is the clock of this host right\? timedatectl\)/,
  ),
  short(
    onWeb(
      "the clock is ahead",
      ...clock("+4000"),
      () => /cannot be reached: .*expired \(is the clock of this host right\? timedatectl\)/,
    ),
  ),
  onWeb(
    "the disk is full",
    `mkdir /root/full; cp -a /etc/letsencrypt/. /root/full/
     mount -t tmpfs -o size=1m tmpfs /etc/letsencrypt; cp -a /root/full/. /etc/letsencrypt/
     head -c 2M /dev/zero >/etc/letsencrypt/full 2>/dev/null || true`,
    "umount /etc/letsencrypt; rm -r /root/full",
    () =>
      /the disk of the web host is full, so no certificate could be stored|No space left on device/,
  ),
  onWeb(
    "nginx is broken by hand",
    "echo 'nonsense on;' >/etc/nginx/conf.d/by-hand.conf",
    "rm /etc/nginx/conf.d/by-hand.conf",
    () => /nginx refuses its configuration and continues with the old one: .*by-hand\.conf:1/,
  ),
];
