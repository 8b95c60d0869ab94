import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { accessFrom, type Access } from "./access";

/** The access of the running program. */
export async function cloudAccess(env: NodeJS.ProcessEnv = process.env): Promise<Access> {
  const config = new pulumi.Config("hcloud");
  const token = await plain(config.getSecret("token"));
  return accessFrom({ token, endpoint: config.get("endpoint") }, env);
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
