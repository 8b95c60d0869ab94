package langhost

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// grace is how long a child may take to end by itself once it is told to.
const grace = 2 * time.Second

// runChild starts the command in a process group of its own and waits for it. When the call or the
// whole host is cancelled, the group is terminated, and killed after the grace period.
func (h *Host) runChild(call context.Context, cmd *exec.Cmd) (exitCode int, err error) {
	h.children.Add(1)
	defer h.children.Done()

	ctx, cancel := context.WithCancel(call)
	defer cancel()
	defer context.AfterFunc(h.running, cancel)()

	cmd.SysProcAttr = childAttributes()
	// A grandchild may keep the output open after the child has ended; it is not waited for.
	cmd.WaitDelay = grace

	ended := make(chan error, 1)
	started := make(chan error, 1)
	go func() {
		// The kernel signals the death of the parent when the *thread* that started the child ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return -1, err
	}

	select {
	case err = <-ended:
	case <-ctx.Done():
		endGroup(cmd.Process.Pid, ended)
		return -1, context.Cause(ctx)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		return cmd.ProcessState.ExitCode(), nil
	}
	if err != nil {
		return -1, err // ended by a signal
	}
	return 0, nil
}

// endGroup ends a child and all that it started, and returns when the child is gone.
func endGroup(pid int, ended <-chan error) {
	// ESRCH, nobody left in the group, is what is wanted.
	_ = syscall.Kill(-pid, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(grace):
	}
	// Whoever ignored the first signal, grandchildren included.
	if syscall.Kill(-pid, syscall.SIGKILL) == nil {
		select {
		case <-ended:
		case <-time.After(grace):
		}
	}
}
