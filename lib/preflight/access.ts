import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { publicEndpoint } from "../hcloud/hcloudApi";

export interface Access {
  /** With `/v1`, without a trailing slash. */
  readonly endpoint: string;
  /** Absent where none is set. */
  readonly token?: string;
}

/** Endpoint and token as the provider finds them: the stack's configuration, then the environment. */
export async function cloudAccess(env: NodeJS.ProcessEnv = process.env): Promise<Access> {
  const config = new pulumi.Config("hcloud");
  const token = (await plain(config.getSecret("token"))) ?? env.HCLOUD_TOKEN;
  const endpoint = config.get("endpoint") ?? env.HCLOUD_ENDPOINT;
  return {
    endpoint: withoutSlash(notEmpty(endpoint) ?? publicEndpoint),
    token: notEmpty(token),
  };
}

/**
 * The provider of a preview without a token: it refuses to start without one, and a preview of a new stack
 * asks the cloud for nothing. `undefined` in an update, and where there is a token: the default provider is
 * what the resources of a stack belong to.
 */
export function providerForPreview(
  access: Access,
  dryRun: boolean,
): pulumi.ProviderResource | undefined {
  return access.token === undefined && dryRun
    ? new hcloud.Provider("preview-without-token", {
        // The provider takes 64 characters and nothing else.
        token: "0".repeat(64),
        endpoint: access.endpoint,
      })
    : undefined;
}

/** Only for this process: `get` warns of a secret that is read in the open. */
function plain(secret: pulumi.Output<string> | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    if (secret === undefined) resolve(undefined);
    else secret.apply(resolve);
  });
}

const notEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

const withoutSlash = (url: string): string => url.replace(/\/+$/, "");
