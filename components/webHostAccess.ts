import type * as hcloud from "@pulumi/hcloud";
import type * as pulumi from "@pulumi/pulumi";
import type { Connection } from "./connection";

/** What a bridge or a recorder has to know about the web host, on whatever host it runs. */
export interface WebHostAccess {
  /** Its server. When it is deleted, nothing needs a drain. */
  server: hcloud.Server;
  /** Drains run there, so that something dead cannot block its own drain. */
  connection: pulumi.Input<Connection>;
  /** Where prosody listens, and the only address that may use the private ports of bridges and recorders. */
  privateIp: pulumi.Input<string>;
  /** Certificate of auth.<domain>, PEM. */
  xmppCertificate: pulumi.Input<string>;
}
