import { OperatorError } from "../lib/errors";
import { accessFrom, apiOf } from "../lib/hcloud/access";
import type { HcloudApi } from "../lib/hcloud/hcloudApi";

/** A stack's configuration as `pulumi config --json --show-secrets` prints it. */
export type StackConfig = Readonly<
  Record<string, { readonly value?: string; readonly secret?: boolean } | undefined>
>;

/**
 * The API as the provider finds it.
 * @throws OperatorError if there is no token
 */
export function cloudApi(config: StackConfig, env: NodeJS.ProcessEnv = process.env): HcloudApi {
  const token = config["hcloud:token"]?.value;
  const endpoint = config["hcloud:endpoint"]?.value;
  const api = apiOf(accessFrom({ token, endpoint }, env));
  if (api !== undefined) return api;
  throw new OperatorError(
    "there is no token of Hetzner Cloud: export HCLOUD_TOKEN=..., or pulumi config set --secret hcloud:token",
  );
}
