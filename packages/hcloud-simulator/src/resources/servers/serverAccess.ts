import { randomBytes, randomUUID } from "node:crypto";

import { apiError } from "../../errors";
import { definePart, route } from "../../resource";

import { randomPassword } from "./serverCreate";
import { requireServer, startAction } from "./serverActions";

/**
 * There is no console. `.invalid` is reserved and never resolves (RFC 2606). Hetzner's address is
 * wss://web-console.hetzner.cloud; a client of the simulator must not connect to it.
 */
const consoleUrl = "wss://web-console.sandbox.invalid/";
const consolePasswordBytes = 24;

/**
 * Access to a server without SSH. Passwords and tokens are in the answer only: neither the state
 * nor an action stores them.
 */
export const serverAccess = definePart({
  commands: { reset_password: { locks: true }, request_console: {} },
  routes: [
    route("POST", "/servers/:id/actions/reset_password", {}, ({ ctx, params }) => {
      const server = requireServer(ctx, params.id);
      // "Server must be powered on (status `running`) in order for this operation to succeed" (API reference).
      if (server.status !== "running")
        throw apiError("service_error", "server must be running to reset its password");
      const action = startAction(ctx, "reset_password", server.id);
      return { ...action, root_password: randomPassword() };
    }),
    route("POST", "/servers/:id/actions/request_console", {}, ({ ctx, params }) => {
      const { id } = requireServer(ctx, params.id);
      const query = new URLSearchParams({ server_id: id.toString(), token: randomUUID() });
      return {
        ...startAction(ctx, "request_console", id),
        wss_url: `${consoleUrl}?${query.toString()}`,
        password: randomBytes(consolePasswordBytes).toString("base64url"),
      };
    }),
  ],
});
