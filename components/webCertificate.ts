import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";
import type { Connection } from "./connection";
import { remoteStep } from "./remoteStep";

export interface WebCertificateArgs {
  /** The name that the certificate is for. */
  domain: string;
  connection: pulumi.Input<Connection>;
}

/** The certificate for browsers. The packages make it, self-signed; this step checks that it is served. */
export class WebCertificate extends Component {
  constructor(name: string, args: WebCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("WebCertificate", name, opts);
    remoteStep(
      name,
      {
        connection: args.connection,
        script: "web/certificate",
        values: { DOMAIN: args.domain },
      },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.registerOutputs({});
  }
}
