/** Debian packages that the machine itself needs, each with its reason. The set-up installs what is missing. */
export const systemPackages = [
  "systemd-container", // systemd-nspawn: the hosts
  "mmdebstrap", // the hosts' base file system
  "nftables", // firewalls
  "iproute2", // namespaces and links
  "apt-utils", // apt-ftparchive: the package repository's index
  "gnupg", // its signature
  "openssl", // the sandbox's certificate authority
  "openssh-client", // `sandbox ssh`, and the tests
  "hcloud-cli", // the vendor's command line client, for people and tests
  "shellcheck", // checks of the shell scripts
  "lua5.4", // luac: checks of prosody's configuration
  "ruby-hocon", // checks of HOCON files by the tool that the bridge's package brings
  "jq", // the remote scripts use it; tests run them
  "python3", // checks of the programs in the stand-ins for the packages
  "python3-venv", // zizmor, the security check of the workflows
] as const;
