import { readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import { startMirrors } from "../web/mirrors";
import { buildOnce, buildTimeoutMs } from "./buildOnce";
import { run } from "./exec";
import { goldenKey, goldenPackages, type GoldenRole } from "./goldenRecipe";

const script = join(__dirname, "makeGolden.sh");

/**
 * The golden image of a role, as an overlay's layer above a base: the files that the packages of
 * Debian add. It is built if the cache has none for this recipe. Its package lists are those of the
 * day when it was built; hosts refresh them. Safe to call from two processes at once.
 *
 * @param base root file system of the stock image, as `ensureBase` returns it
 * @returns the absolute path of the layer
 * @throws CommandError when the installation fails, with the end of its output
 */
export async function ensureGolden(
  base: string,
  role: GoldenRole,
  log: (line: string) => void,
): Promise<string> {
  const baseKey = basename(dirname(base));
  const folder = cacheDir("golden", goldenKey(baseKey, role, await readFile(script, "utf8")));
  const layer = join(folder, "layer");
  await buildOnce({ result: layer, what: `golden image of ${role}`, log }, () =>
    build(base, role, layer),
  );
  return layer;
}

async function build(base: string, role: GoldenRole, layer: string): Promise<void> {
  const { asked, dependencies, onlyDependenciesOf } = goldenPackages[role];
  const building = join(dirname(layer), "building");
  await rm(building, { recursive: true, force: true });
  // Only Debian's part is used: a host's own packages are not in its golden image.
  const mirrors = await startMirrors({
    address: "127.0.0.1",
    ports: { http: 0, https: 0 },
    repository: { dir: "/var/empty" },
  });
  try {
    const proxy = `http://127.0.0.1:${mirrors.ports[0]?.http ?? 0}`;
    await run(
      "unshare",
      [
        ...["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"],
        ...["bash", script, building, base, proxy],
        ...[asked, dependencies, onlyDependenciesOf].map((names) => names.join(" ")),
      ],
      { timeoutMs: buildTimeoutMs },
    );
  } finally {
    await mirrors.close();
  }
  await rename(join(building, "upper"), layer);
  await rm(building, { recursive: true, force: true });
}
