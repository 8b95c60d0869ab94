/** Debian packages that the machine needs, with the reason. The set-up installs missing ones. */
export const systemPackages = [
  "systemd-container", // systemd-nspawn: the hosts
  "mmdebstrap", // the hosts' base file system
  "nftables", // firewalls
  "iproute2", // namespaces and links
  "apt-utils", // apt-ftparchive: the package repository's index
  "gnupg", // its signature
  "openssl", // the sandbox's certificate authority
  "libnss3-tools", // certutil: a trust store for browsers
  "openssh-client", // `sandbox ssh`, and the tests
  "hcloud-cli", // the vendor's command line client, for users and tests
  "shellcheck", // checks of the shell scripts
  "lua5.4", // luac: checks of prosody's configuration
  "ruby-hocon", // checks of HOCON files with the tool that the bridge's package depends on
  "rclone", // tests of the uploads of recorders, with the version that the hosts have
  "jq", // used by the remote scripts, which tests run
  "python3", // checks of the Python programs in the stand-ins
  "python3-venv", // zizmor, the security check of the workflows
] as const;
