import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { startBoundProcess } from "../boundProcess";
import { waitUntil } from "../hosts/exec";
import type { PebbleBinary } from "./pebbleBinary";

/** Certificate profiles: their lifetime in seconds by name. The only one is used for all orders. */
export type Profiles = Readonly<Record<string, number>>;

export interface PebbleOptions {
  readonly binary: PebbleBinary;
  /** Folder for its configuration and its log. */
  readonly dir: string;
  /** IPv4 address to listen on. */
  readonly address: string;
  /** The ports of the ACME interface and of the management interface. */
  readonly ports: { readonly acme: number; readonly management: number };
  /** TLS certificate and key of both interfaces (PEM), and the certificate that verifies them. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Its DNS server, `address:port`. */
  readonly dnsServer: string;
  /** Port on the hosts for HTTP-01. 80 in a sandbox. */
  readonly httpPort: number;
  readonly profiles: Profiles;
  /** Network namespace to run in. Default: the namespace of this process. */
  readonly namespace?: string;
}

/** Name of the profile that Let's Encrypt uses by default. */
export const defaultProfile = "classic";

/** A pebble that runs. */
export interface Pebble {
  /** PEM of the root that it made at its start. */
  readonly root: string;
  /** PEM of the intermediate that signs certificates. */
  readonly intermediate: string;
  close(): Promise<void>;
}

const startTimeoutMs = 60_000;

/** The name in its TLS certificate. */
export const pebbleName = "pebble.sandbox.test";

/**
 * Starts pebble and waits until it answers. It ends together with this process. It keeps nothing:
 * accounts, orders and issuers are new at each start.
 *
 * @throws Error when it does not answer, or for several profiles with a binary that has none
 */
export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  const { binary, dir, namespace } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const configFile = join(dir, "pebble.json");
  writeFileSync(join(dir, "tls.crt"), options.tls.cert);
  writeFileSync(join(dir, "tls.key"), options.tls.key, { mode: 0o600 });
  writeFileSync(configFile, JSON.stringify(pebbleConfig(options), null, 2));

  const { expectRunning, close } = startBoundProcess({
    title: "pebble",
    command: [binary.path, "-config", configFile, "-dnsserver", options.dnsServer],
    logFile: join(dir, "pebble.log"),
    namespace,
    env: { PATH: process.env.PATH, ...environment },
  });
  try {
    const [root, intermediate] = await issuersOf(options, expectRunning);
    return { root, intermediate, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Settings without a place in the configuration file (pebble's README). */
const environment = {
  // Without it, each validation waits up to 15 s.
  PEBBLE_VA_NOSLEEP: "1",
  // Otherwise 5% of the good nonces are refused. A fault does it on demand.
  PEBBLE_WFE_NONCEREJECT: "0",
  // Otherwise half of the valid authorizations are used again, at random. With 0 it is one in a
  // hundred, which validations.ts refuses: every order validates its names.
  PEBBLE_AUTHZREUSE: "0",
} as const;

/** Pebble's configuration file. */
export function pebbleConfig({ address, ports, profiles, binary, ...options }: PebbleOptions) {
  const names = Object.keys(profiles);
  const [lifetime] = Object.values(profiles);
  if (names.length !== 1 && !binary.hasProfiles) {
    throw new Error(
      `this pebble (${binary.source}) has no certificate profiles, but ${names.length.toString()} are set (${names.join(", ")}); install Go 1.21 or newer, or set one profile`,
    );
  }
  return {
    pebble: {
      listenAddress: `${address}:${ports.acme.toString()}`,
      managementListenAddress: `${address}:${ports.management.toString()}`,
      certificate: join(options.dir, "tls.crt"),
      privateKey: join(options.dir, "tls.key"),
      httpPort: options.httpPort,
      tlsPort: 443,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
      keyAlgorithm: "ecdsa",
      retryAfter: { authz: 1, order: 1 },
      profiles: Object.fromEntries(
        Object.entries(profiles).map(([name, validityPeriod]) => [
          name,
          {
            description: `${name}, ${validityPeriod.toString()} s`,
            validityPeriod,
            // Let's Encrypt's other profiles have no common name.
            promoteCommonName: name === defaultProfile,
          },
        ]),
      ),
      // For versions without profiles.
      certificateValidityPeriod: lifetime,
    },
  };
}

/** Asks the management interface for root and intermediate until it answers. */
async function issuersOf(
  options: PebbleOptions,
  check: () => void,
): Promise<[root: string, intermediate: string]> {
  const get = (path: string): Promise<string> => getManagement(options, path);
  let issuers: [string, string] | undefined;
  let last: unknown;
  const asked = async (): Promise<boolean> => {
    check();
    try {
      issuers = [await get("/roots/0"), await get("/intermediates/0")];
    } catch (error) {
      // It does not listen yet.
      last = error;
    }
    return issuers !== undefined;
  };
  await waitUntil("pebble answers", asked, startTimeoutMs, 20);
  if (issuers === undefined) throw last;
  return issuers;
}

function getManagement({ address, ports, tls }: PebbleOptions, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host: address, port: ports.management, path, ca: tls.ca, servername: pebbleName },
        timeout: 2_000,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`pebble answered ${String(response.statusCode)} to ${path}`));
        });
        response.on("error", reject);
      },
    );
    asked.on("timeout", () => asked.destroy(new Error(`pebble did not answer ${path} in 2 s`)));
    asked.on("error", reject);
    asked.end();
  });
}
