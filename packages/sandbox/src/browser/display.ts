/**
 * The display of this machine, or why there is none.
 *
 * X11 over TCP, as by `ssh -X`, does not count: the sandbox's network does not reach it.
 */
export type Display = { readonly usable: true } | { readonly usable: false; readonly why: string };

export function displayOf(env: NodeJS.ProcessEnv = process.env): Display {
  if (env.WAYLAND_DISPLAY !== undefined && env.XDG_RUNTIME_DIR !== undefined)
    return { usable: true };
  const { DISPLAY: display = "" } = env;
  if (display === "")
    return { usable: false, why: "this machine has no display (DISPLAY is not set)" };
  if (/^(?:unix)?:/.test(display)) return { usable: true };
  return {
    usable: false,
    why: `the display ${display} is reached over TCP, which the sandbox's network does not allow`,
  };
}
