import { randomBytes, randomUUID } from "node:crypto";

import { apiError } from "../../errors";
import { definePart, route } from "../../resource";

import { randomPassword } from "./serverCreate";
import { requireServer, startAction } from "./serverActions";

/**
 * Nobody answers there: `.invalid` is kept free for ever (RFC 2606). Hetzner's is
 * wss://web-console.hetzner.cloud, which must not hear of a sandbox.
 */
const consoleUrl = "wss://web-console.sandbox.invalid/";
const consolePasswordBytes = 24;

/**
 * Ways into a server beside its keys. What is handed out stands in the answer only: neither the state nor an
 * action keeps it.
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
