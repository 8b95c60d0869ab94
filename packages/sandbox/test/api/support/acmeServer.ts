import { createServer as createHttpServer, type Server } from "node:http";
import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { caaCheck } from "../../../src/acme/caa";
import { CountedFaults } from "../../../src/countedFaults";
import type { AcmeFaults } from "../../../src/acme/faults";
import { crossSign } from "../../../src/acme/chain";
import { caaIdentities } from "../../../src/acme/directories";
import { startFront } from "../../../src/acme/front";
import { Ledger } from "../../../src/acme/ledger";
import { pebbleName, startPebble, type Pebble, type Profiles } from "../../../src/acme/pebble";
import { pebbleOf } from "../../../src/prepare";
import { startDnsServer } from "../../../src/dns/server";
import {
  ensureAuthority,
  issueCertificate,
  makePrivateCertificate,
} from "../../../src/web/authority";
import type { DnsRecord } from "../../../../hcloud-simulator/src/dnsSource";
import { record, sourceOf } from "../../unit/dns/support";
import { AcmeClient } from "./acmeClient";

const address = "127.0.0.1";

/** An ACME server on loopback, with a web server and a name server for its validations. */
export interface AcmeTestServer {
  readonly ledger: Ledger;
  readonly faults: AcmeFaults;
  readonly pebble: Pebble;
  /** The sandbox's authority (PEM). */
  readonly authority: string;
  /** Certificate of the internal directory (PEM). */
  readonly internalCa: string;
  /** Records of the name server besides the addresses of the names. */
  readonly records: DnsRecord[];
  /** Content that the web server has for a token. */
  readonly tokens: Map<string, string>;
  client(directory?: "production" | "internal"): AcmeClient;
  close(): Promise<void>;
}

export async function startAcmeTestServer(profiles: Profiles): Promise<AcmeTestServer> {
  const dir = mkdtempSync(join(tmpdir(), "acme-"));
  const tokens = new Map<string, string>();
  const web = createHttpServer((request, response) => {
    const content = tokens.get(request.url?.split("/").at(-1) ?? "");
    response.writeHead(content === undefined ? 404 : 200).end(content);
  });
  const httpPort = await listen(web);
  const names = ["meet.example.test", "www.example.test"];
  const addresses = names.map((name) => record(name, "A", address));
  const more: DnsRecord[] = [];
  const source = {
    ...sourceOf(["example.test"], []),
    recordsAt: (at: string) => [...addresses, ...more].filter(({ name }) => name === at),
    exists: (at: string) => [...addresses, ...more].some(({ name }) => name === at),
  };
  const dns = await startDnsServer({
    addresses: [address],
    port: 0,
    source,
    fixed: new Map(),
  });
  const [tls, production, internal, { certPath }] = await Promise.all([
    issueCertificate([pebbleName]),
    issueCertificate(["acme.test"]),
    makePrivateCertificate("internal.test"),
    ensureAuthority(),
  ]);
  const ca = await readFile(certPath, "utf8");
  const ports = { acme: await freePort(), management: await freePort() };
  const binary = await pebbleOf(() => undefined);
  const dnsServer = `${address}:${dns.port.toString()}`;
  const pebble = await startPebble({
    ...{ binary, dir, address, ports, tls: { ...tls, ca }, dnsServer, httpPort, profiles },
  });
  const faults: AcmeFaults = new CountedFaults();
  const ledger = new Ledger(["production", "internal"]);
  const front = await startFront({
    addresses: [address],
    port: 0,
    directories: {
      production: { host: "acme.test", tls: production, publiclyTrusted: true },
      internal: { host: "internal.test", tls: internal, publiclyTrusted: false },
    },
    upstream: {
      ...{ address, port: ports.acme, ca, name: pebbleName },
      intermediate: await crossSign(pebble.intermediate),
    },
    ...{ ledger, faults, check: caaCheck(dnsServer) },
    caaIdentities,
  });
  const hosts = { production: ["acme.test", ca], internal: ["internal.test", internal.cert] };
  return {
    ...{ ledger, faults, pebble, authority: ca, internalCa: internal.cert, tokens, records: more },
    client(directory = "production") {
      const [host = "", trusted = ""] = hosts[directory];
      return new AcmeClient({ address, port: front.ports[0] ?? 0, host, ca: trusted });
    },
    async close() {
      await front.close();
      await pebble.close();
      await dns.close();
      web.closeAllConnections();
      await new Promise((resolve) => web.close(resolve));
      rmSync(dir, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listen(server: Server | ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, address, () => {
      const bound = server.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : 0);
    });
  });
}
