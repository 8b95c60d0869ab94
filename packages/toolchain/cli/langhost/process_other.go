//go:build unix && !linux

package langhost

import "syscall"

// childAttributes: own process group. Only Linux can end a child together with its parent.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
