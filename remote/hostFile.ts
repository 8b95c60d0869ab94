import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ScriptValues } from "./script";

/** Files that hosts get as they are. Each has its path on the host, below the folder of the code that brings it there. */
export const hostFiles = {
  APT_CONF: "cloud-init/etc/apt/apt.conf.d/52jitsi-hetzner",
  SSHD_CONF: "remote/host/etc/ssh/sshd_config.d/20-jitsi-hetzner-hostkey.conf",
  NEEDRESTART_CONF: "remote/host/etc/needrestart/conf.d/50-jitsi-hetzner.conf",
  RESTART_CONF: "remote/host/etc/systemd/system/UNIT.service.d/50-jitsi-hetzner.conf",
  START_LIMIT_CONF:
    "remote/host/etc/systemd/system/nginx.service.d/55-jitsi-hetzner-start-limit.conf",
  LIMITS_CONF: "remote/host/etc/systemd/system/UNIT.service.d/60-jitsi-hetzner-limits.conf",
  NGINX_LIMITS: "remote/host/etc/nginx/modules-enabled/99-jitsi-hetzner.conf",
  WATCH: "remote/host/usr/local/sbin/jitsi-hetzner-watch",
  WATCH_SERVICE: "remote/host/etc/systemd/system/jitsi-hetzner-watch.service",
  WATCH_TIMER: "remote/host/etc/systemd/system/jitsi-hetzner-watch.timer",
  SYSCTL_CONF: "remote/host/etc/sysctl.d/60-jitsi-hetzner.conf",
  MODPROBE_CONF: "remote/host/etc/modprobe.d/jitsi-hetzner.conf",
  CORE_LIMITS: "remote/host/etc/security/limits.d/60-jitsi-hetzner.conf",
  COREDUMP_CONF: "remote/host/etc/systemd/coredump.conf.d/60-jitsi-hetzner.conf",
  PROFILE: "remote/host/etc/profile.d/jitsi-hetzner.sh",
  ISSUE: "remote/host/etc/issue",
  JICOFO_SERVICE: "remote/web/etc/systemd/system/jicofo.service",
} as const;

/** The text of such a file. */
export function hostFile(name: keyof typeof hostFiles): string {
  return readFileSync(join(__dirname, "..", hostFiles[name]), "utf8");
}

/** The values of `host/system`. All but the time zone are the same for all hosts. */
export function systemValues(timezone: string): ScriptValues["host/system"] {
  return {
    TIMEZONE: timezone,
    APT_CONF: hostFile("APT_CONF"),
    NEEDRESTART_CONF: hostFile("NEEDRESTART_CONF"),
    RESTART_CONF: hostFile("RESTART_CONF"),
    START_LIMIT_CONF: hostFile("START_LIMIT_CONF"),
    LIMITS_CONF: hostFile("LIMITS_CONF"),
    NGINX_LIMITS: hostFile("NGINX_LIMITS"),
    WATCH: hostFile("WATCH"),
    WATCH_SERVICE: hostFile("WATCH_SERVICE"),
    WATCH_TIMER: hostFile("WATCH_TIMER"),
  };
}

/** The values of `host/harden`. All but the rules of the packet filter are the same for all hosts. */
export function hardenValues(rules: string): ScriptValues["host/harden"] {
  return {
    NFT_RULES: rules,
    SYSCTL_CONF: hostFile("SYSCTL_CONF"),
    MODPROBE_CONF: hostFile("MODPROBE_CONF"),
    CORE_LIMITS: hostFile("CORE_LIMITS"),
    COREDUMP_CONF: hostFile("COREDUMP_CONF"),
    PROFILE: hostFile("PROFILE"),
    ISSUE: hostFile("ISSUE"),
  };
}
