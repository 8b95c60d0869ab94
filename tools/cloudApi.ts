import { HcloudApi, publicEndpoint } from "../lib/hcloud/hcloudApi";
import { OperatorError } from "../lib/errors";

/** A stack's configuration as `pulumi config --json --show-secrets` prints it. */
export type StackConfig = Readonly<
  Record<string, { readonly value?: string; readonly secret?: boolean } | undefined>
>;

/**
 * The API as the provider finds it: the stack's configuration, then the environment.
 * @throws OperatorError where there is no token
 */
export function cloudApi(config: StackConfig, env: NodeJS.ProcessEnv = process.env): HcloudApi {
  const token = config["hcloud:token"]?.value ?? env.HCLOUD_TOKEN;
  const endpoint = config["hcloud:endpoint"]?.value ?? env.HCLOUD_ENDPOINT;
  if (!token) {
    throw new OperatorError(
      "there is no token of Hetzner Cloud: export HCLOUD_TOKEN=..., or pulumi config set --secret hcloud:token",
    );
  }
  return new HcloudApi({ token, endpoint: (endpoint ?? publicEndpoint).replace(/\/+$/, "") });
}
