import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Files that hosts get as they are. Each has its path on the host, below the folder of the code that brings it there. */
export const hostFiles = {
  APT_CONF: "cloud-init/etc/apt/apt.conf.d/52jitsi-hetzner",
  SSHD_CONF: "remote/host/etc/ssh/sshd_config.d/20-jitsi-hetzner-hostkey.conf",
  NEEDRESTART_CONF: "remote/host/etc/needrestart/conf.d/50-jitsi-hetzner.conf",
  RESTART_CONF: "remote/host/etc/systemd/system/UNIT.service.d/50-jitsi-hetzner.conf",
  START_LIMIT_CONF:
    "remote/host/etc/systemd/system/nginx.service.d/55-jitsi-hetzner-start-limit.conf",
  LIMITS_CONF: "remote/host/etc/systemd/system/UNIT.service.d/60-jitsi-hetzner-limits.conf",
  MEMORY_CONF: "remote/host/etc/systemd/system/UNIT.service.d/65-jitsi-hetzner-memory.conf",
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
  COPY_PROGRAM: "remote/jvb/usr/local/sbin/jitsi-hetzner-copy",
  COPY_SOCKET: "remote/jvb/etc/systemd/system/jitsi-hetzner-copy.socket",
  COPY_SERVICE: "remote/jvb/etc/systemd/system/jitsi-hetzner-copy@.service",
  LOGIN_MODULE: "remote/web/usr/local/lib/prosody/modules/mod_no_http_login.lua",
  BRIDGES_MODULE: "remote/web/usr/local/lib/prosody/modules/mod_dead_bridges.lua",
  TMPFILES_CONF: "remote/web/etc/tmpfiles.d/jitsi-hetzner.conf",
  START_SERVICE: "remote/jvb/etc/systemd/system/jitsi-hetzner-start@.service",
  START_PROGRAM: "remote/jvb/usr/local/sbin/jitsi-hetzner-start",
  MODULES_CONF: "remote/jibri/etc/modules-load.d/jitsi-hetzner-recorder.conf",
  ALOOP_CONF: "remote/jibri/etc/modprobe.d/jitsi-hetzner-recorder.conf",
  GRUB_CONF: "remote/jibri/etc/default/grub.d/60-jitsi-hetzner.cfg",
  CHROMIUM_POLICIES: "remote/jibri/etc/chromium/policies/managed/jitsi-hetzner.json",
  FINALIZE: "remote/jibri/usr/local/bin/jitsi-hetzner-finalize",
  RECORDER_PROGRAM: "remote/jibri/usr/local/sbin/jitsi-hetzner-recorder",
  RECORDER_SOCKET: "remote/jibri/etc/systemd/system/jitsi-hetzner-recorder.socket",
  RECORDER_SERVICE: "remote/jibri/etc/systemd/system/jitsi-hetzner-recorder@.service",
  KEEP_SERVICE: "remote/jibri/etc/systemd/system/jitsi-hetzner-keep.service",
  KEEP_TIMER: "remote/jibri/etc/systemd/system/jitsi-hetzner-keep.timer",
  UPLOAD_SERVICE: "remote/jibri/etc/systemd/system/jitsi-hetzner-upload.service",
  UPLOAD_TIMER: "remote/jibri/etc/systemd/system/jitsi-hetzner-upload.timer",
  JIBRI_UNIT: "remote/jibri/etc/systemd/system/jibri.service.d/jitsi-hetzner.conf",
  DISPLAY_UNITS: "remote/jibri/etc/systemd/system/jibri-UNIT.service.d/jitsi-hetzner.conf",
  FILTER_SERVICE: "remote/node/etc/systemd/system/jitsi-hetzner-filter.service",
  FORWARD_SERVICE: "remote/web/etc/systemd/system/jitsi-hetzner-forward@.service",
  /** Part of user data too. */
  INSTALLER: "cloud-init/install.sh",
} as const;

export type HostFileName = keyof typeof hostFiles;

/** The text of such a file. */
export function hostFile(name: HostFileName): string {
  return readFileSync(join(__dirname, "..", hostFiles[name]), "utf8");
}
