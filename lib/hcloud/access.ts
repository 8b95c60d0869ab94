import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { HcloudApi, publicEndpoint } from "./hcloudApi";

export interface Access {
  /** With `/v1`, without a trailing slash. */
  readonly endpoint: string;
  /** Absent if none is set. */
  readonly token?: string;
}

/** What a stack's configuration says about the API. */
interface Configured {
  readonly token: string | undefined;
  readonly endpoint: string | undefined;
}

/** Endpoint and token as the provider finds them: from the stack's configuration, else from the environment. */
export function accessFrom({ token, endpoint }: Configured, env: NodeJS.ProcessEnv): Access {
  return {
    endpoint: withoutSlash(notEmpty(endpoint ?? env.HCLOUD_ENDPOINT) ?? publicEndpoint),
    token: notEmpty(token ?? env.HCLOUD_TOKEN),
  };
}

/** The access of the running program. */
export async function cloudAccess(env: NodeJS.ProcessEnv = process.env): Promise<Access> {
  const config = new pulumi.Config("hcloud");
  const token = await plain(config.getSecret("token"));
  return accessFrom({ token, endpoint: config.get("endpoint") }, env);
}

/** The API; `undefined` without a token. */
export function apiOf({ endpoint, token }: Access): HcloudApi | undefined {
  return token === undefined ? undefined : new HcloudApi({ endpoint, token });
}

/**
 * The provider of a preview without a token. The provider refuses to start without one, but the preview of a new stack
 * asks the cloud for nothing. `undefined` in an update and with a token: then the default provider is used, to which the
 * resources of a stack belong.
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

/** A secret, for this process only. `get` instead of `getSecret` would log a warning. */
function plain(secret: pulumi.Output<string> | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    if (secret === undefined) resolve(undefined);
    else secret.apply(resolve);
  });
}

const notEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

const withoutSlash = (url: string): string => url.replace(/\/+$/, "");
