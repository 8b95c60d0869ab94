import * as pulumi from "@pulumi/pulumi";
import { isOutside } from "../config/cidr";
import { everyAddress } from "../config/keys/access";
import type { Settings } from "../config/settings";

/** Says in a preview if port 22 is open to every address. This may be intended, so it is not a problem. */
export function remarkOnSshAccess({ adminCidrs }: Settings): void {
  const open = adminCidrs.filter((range) => range.endsWith("/0"));
  if (open.length === 0) return;
  void pulumi.log.info(
    `Port 22 of the hosts is open to everyone (${open.join(", ")}); sshd accepts keys, but no passwords. To open it to fewer: pulumi config set --path 'adminCidrs[0]' YOUR-ADDRESS/32`,
  );
}

/** A filtered connection ends minutes later with "i/o timeout" and no more. This line then explains it. */
export function tellWhoReachesNewHosts({ adminCidrs, sshProxy }: Settings): void {
  if (everyAddress.every((range) => adminCidrs.includes(range))) return;
  const who = sshProxy === undefined ? "this machine" : `the bastion ${sshProxy.host}`;
  const open = `Port 22 of the new hosts is open only to ${adminCidrs.join(", ")} (adminCidrs)`;
  if (sshProxy !== undefined && isOutside(sshProxy.host, adminCidrs)) {
    void pulumi.log.warn(
      `${open}, and ${who} is not in it: does it have another address for outgoing connections?`,
    );
  } else void pulumi.log.info(`${open}: ${who} must be in it`);
}
