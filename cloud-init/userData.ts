import { join } from "node:path";
import { renderFile } from "../remote/render";

export interface UserDataArgs {
  readonly role: "web" | "jvb";
  /** The host's own name: an RFC 1123 name, without or with domain. */
  readonly hostname: string;
  /** The meeting domain: meet.example.org. */
  readonly domain: string;
  /**
   * The ECDSA host key of the first contact: private half as OpenSSH or PEM text, public half as an
   * authorized_keys line. Worthless after the first contact, the only secret in user data.
   */
  readonly bootstrapKey: { readonly privateKey: string; readonly publicKey: string };
}

/**
 * The user data of a host: only what is true for its whole life. Pure; the same arguments give the same
 * text, because a change would replace the server.
 */
export function renderUserData(args: UserDataArgs): string {
  return renderFile(join(__dirname, `${args.role}.yaml.hbs`), args);
}
