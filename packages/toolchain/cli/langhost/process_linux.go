package langhost

import "syscall"

// childAttributes: own process group, and the child ends when this host is killed.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
