import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** A fake machine for `ensureToolchain`: home, cache and PATH, with fake programs. */
export interface Machine {
  readonly root: string;
  /** Adds a shell script to the PATH. */
  program(name: string, script: string): string;
  /** The lines that the programs wrote with `>>"$CALLS"`. */
  calls(): string[];
  restore(): void;
}

const variables = ["HOME", "PATH", "JITSI_HETZNER_CACHE", "PULUMI_HOME", "CALLS", "HTTPS_PROXY"];

export function makeMachine(): Machine {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "toolchain-")));
  const saved = variables.map((name) => [name, process.env[name]] as const);
  const bin = join(root, "bin");
  const calls = join(root, "calls");
  mkdirSync(bin);
  writeFileSync(calls, "");
  Object.assign(process.env, {
    HOME: root,
    JITSI_HETZNER_CACHE: join(root, "cache"),
    CALLS: calls,
    PATH: [bin, dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
  });
  delete process.env.PULUMI_HOME;
  delete process.env.HTTPS_PROXY;
  return {
    root,
    program: (name, script) => writeProgram(join(bin, name), script),
    calls: () => readFileSync(calls, "utf8").split("\n").filter(Boolean),
    restore: () => {
      for (const [name, value] of saved) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    },
  };
}

export function writeProgram(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/bash\nset -eu\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/**
 * A Go that builds shell scripts, each of which answers `schema --out DIR` like a bridged provider.
 * FAIL_AT names a binary whose build fails.
 */
export const fakeGo = `
case $1 in
env) printf '%s\\n' go1.26.4 "$HOME/modules" "$HOME/build-cache" ;;
build)
  while [ "$1" != -o ]; do shift; done
  name=$(basename "$2")
  echo "build $name $GOFLAGS" >>"$CALLS"
  if [ "$name" = "\${FAIL_AT:-}" ]; then
    echo "go: no required module provides package $name" >&2
    exit 1
  fi
  printf '#!/bin/bash\\necho {} >"$3/schema.json"; echo {} >"$3/bridge-metadata.json"\\n' >"$2"
  chmod +x "$2"
  ;;
esac`;

/** A pulumi of this version that installs plugins, unless PLUGINS_FAIL is set. */
export function fakePulumi(version: string): string {
  return `
echo "pulumi $*" >>"$CALLS"
case $1 in
version) echo v${version} ;;
plugin)
  if [ -n "\${PLUGINS_FAIL:-}" ]; then echo "error: 403" >&2; exit 255; fi
  dir="$PULUMI_HOME/plugins/resource-$4-$5"
  mkdir -p "$dir"
  touch "$dir/pulumi-resource-$4"
  ;;
esac`;
}
