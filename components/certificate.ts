import * as pulumi from "@pulumi/pulumi";
import type { CertificateResult } from "../remote/program/contract";
import { Component } from "./component";
import type { Connection } from "./connection";
import { publicOutput, typedStep } from "./remoteStep";
import type { WantedWebName } from "./webNames";

/** A bridge that keeps an encrypted copy of the certificates. */
export interface CopyPlace {
  readonly nickname: pulumi.Input<string>;
  /** In the private network. */
  readonly address: pulumi.Input<string>;
}

export interface CertificateArgs {
  domain: string;
  /** All names that it is for, the domain first. */
  names: readonly WantedWebName[];
  tls: "letsencrypt" | "self-signed" | "own";
  acmeDirectory: string;
  acmeCaaIssuer?: string;
  acmeEmail?: string;
  /** Certificates by which the ACME server is known. PEM. */
  acmeAuthority?: string;
  acmeProfile?: string;
  dnsResolver?: string;
  requireCertificate: boolean;
  /** PEM; only with `tls: own`. */
  tlsCertificate?: pulumi.Input<string>;
  /** PEM; only with `tls: own`. Secret. */
  tlsKey?: pulumi.Input<string>;
  copyPlaces: readonly CopyPlace[];
  /** Of the web host. */
  connection: pulumi.Input<Connection>;
}

/**
 * The certificate that browsers trust, on the web host. The step comes after the acceptance, because a cluster works without
 * it. It succeeds with a warning where the order fails: a failed step would block every removal of a bridge.
 */
export class Certificate extends Component {
  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Certificate", name, opts);
    const started = Date.now() / 1000;
    const { tls, tlsCertificate: chain, tlsKey: key } = args;
    const isOwn = tls === "own" && chain !== undefined && key !== undefined;
    const step = typedStep<"certificate">(
      name,
      {
        connection: args.connection,
        onCreate: "certificate",
        input: pulumi.output({
          domain: args.domain,
          names: args.names,
          tls,
          directory: args.acmeDirectory,
          caaIssuer: args.acmeCaaIssuer ?? null,
          email: args.acmeEmail ?? null,
          authority: args.acmeAuthority ?? null,
          profile: args.acmeProfile ?? null,
          resolver: args.dnsResolver ?? null,
          required: args.requireCertificate,
          own: isOwn ? { key: pulumi.secret(key), chain } : null,
          copyKey: this.randomText(`${name}-copy-key`, copyKeyLength),
          copies: args.copyPlaces,
        }),
      },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn: opts?.dependsOn },
    );
    publicOutput(step).apply((text) => {
      warningsOf(text, started).forEach((warning) => void pulumi.log.warn(warning, step));
    });
    this.registerOutputs({});
  }
}

/** 190 bits. */
const copyKeyLength = 32;
/** Of the clocks of host and operator. */
const allowedDifferenceSeconds = 120;

/**
 * The warnings of a step that ran in this `up`. The output of an earlier one is in the state, and the host may have mended
 * since what it says.
 *
 * @param started when this `up` began, in seconds since 1970
 */
export function warningsOf(stdout: string, started: number): readonly string[] {
  if (stdout === "") return [];
  const { at, warnings } = JSON.parse(stdout) as CertificateResult;
  return at >= started - allowedDifferenceSeconds ? warnings : [];
}
