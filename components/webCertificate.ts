import * as pulumi from "@pulumi/pulumi";
import { remoteStep, type Connection } from "./remoteStep";
import { typeToken } from "./typeToken";

export interface WebCertificateArgs {
  /** The name that the certificate is for. */
  domain: string;
  connection: pulumi.Input<Connection>;
}

/** The certificate that browsers see: self-signed, made by the packages; checked and served. */
export class WebCertificate extends pulumi.ComponentResource {
  constructor(name: string, args: WebCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken("WebCertificate"), name, args, opts);
    remoteStep(
      name,
      {
        connection: args.connection,
        script: "web/certificate",
        values: { DOMAIN: args.domain },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
