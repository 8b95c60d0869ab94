import { spawnSync } from "node:child_process";
import { hostFile } from "../../../../../../../../../remote/hostFile";

type Module = "LOGIN_MODULE" | "BRIDGES_MODULE";

/** Prosody, as far as a module uses it. `fire` calls a module's hooks as prosody does: the highest priority first. */
const prosody = `
  local hooks, shared = {}, {}
  prosody = { full_sessions = {} }
  module = {
    log = function () end,
    shared = function (_, path) shared[path] = shared[path] or {}; return shared[path] end,
    hook = function (_, event, handler, priority)
      hooks[event] = hooks[event] or {}
      table.insert(hooks[event], { handler = handler, priority = priority or 0 })
      table.sort(hooks[event], function (a, b) return a.priority > b.priority end)
    end,
  }
  function fire(event, data)
    for _, hook in ipairs(hooks[event] or {}) do
      local result = hook.handler(data)
      if result ~= nil then return result end
    end
  end
  -- As prosody's own handlers: what reaches them was not stopped.
  function own(event) module:hook(event, function () return "prosody" end, 0) end
`;

/** What a Lua program prints that begins with this module in a prosody. */
export function inProsody(module: Module, code: string): string[] {
  const program = `${prosody}\n(function ()\n${hostFile(module)}\nend)()\n${code}`;
  const { status, stdout, stderr } = spawnSync("lua5.4", ["-"], {
    input: program,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd().split("\n");
}
