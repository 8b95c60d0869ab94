import { readFileSync } from "node:fs";
import { join } from "node:path";
import Handlebars from "handlebars";
import { shQuote } from "./quote";

/** A TCP port that a host offers in the private network only. */
export interface PrivateService {
  readonly port: number;
  /** The address or range that may use it. */
  readonly source: string;
}

/** The variables of each template. Its name is the path below this folder, without `.hbs`. */
export interface TemplateVariables {
  "jvb/etc/jitsi/videobridge/sip-communicator.properties": {
    readonly authDomain: string;
    readonly breweryJid: string;
    readonly nickname: string;
    readonly username: string;
    readonly jvbSecret: string;
    readonly webPrivateIp: string;
  };
  "jvb/etc/jitsi/videobridge/jvb.conf": {
    readonly nickname: string;
    readonly region: string;
    readonly restHost: string;
    readonly restPort: number;
    readonly mediaPort: number;
  };
  "host/etc/nftables.d/jitsi-hetzner.nft": {
    /** The range of the whole private network. */
    readonly privateRange: string;
    readonly metadataAddress: string;
    /** The services that the host offers in the private network. */
    readonly services: readonly PrivateService[];
    /** The UDP ports of relays, as nftables writes a range. Empty on a host without a TURN server. */
    readonly relayPorts: string;
    /** The UDP port of bridges, to which alone they send. */
    readonly mediaPort: number;
    readonly unroutedRanges: string;
  };
  "node/etc/jitsi-hetzner/filter.nft": {
    /** Where the program reaches the machine's SSH server. */
    readonly sshPort: number;
    /** UDP ports that are open to the world. */
    readonly mediaPorts: readonly number[];
  };
  "jvb/etc/systemd/system/jitsi-hetzner-start.socket": {
    readonly startHost: string;
    readonly startPort: number;
  };
}

export type TemplateName = keyof TemplateVariables;

const handlebars = Handlebars.create();
// JSON is a subset of HOCON and of YAML. The helpers have the name of the target format, for the readers of a template.
handlebars.registerHelper("json", (value: unknown) => JSON.stringify(value));
handlebars.registerHelper("hocon", (value: unknown) => JSON.stringify(value));
handlebars.registerHelper("sh", (value: string) => shQuote(value));
handlebars.registerHelper("properties", (value: string) => propertiesEscape(value));

/** Renders a template of this folder. A missing variable is an error. */
export function render<N extends TemplateName>(name: N, variables: TemplateVariables[N]): string {
  return renderFile(join(__dirname, `${name}.hbs`), variables);
}

/** Renders a template file anywhere. For folders with their own templates. */
export function renderFile(path: string, variables: object): string {
  const template = handlebars.compile<object>(readFileSync(path, "utf8"), {
    strict: true,
    noEscape: true,
  });
  return template(variables);
}

/** A value in a Java properties file (java.util.Properties: backslash escapes, ISO 8859-1). */
function propertiesEscape(value: string): string {
  return value
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    .replace(/^ /, "\\ ")
    .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
