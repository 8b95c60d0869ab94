package langhost

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// RunPlugin executes a policy pack or a provider that is written for Node.js. Both streams and at
// last the exit code go back to the engine, which waits for the port on the first line.
func (h *Host) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	if request.GetAttachDebugger() {
		return status.Error(codes.Unimplemented,
			"attaching a debugger is not part of this language host")
	}
	cmd, err := pluginCommand(request)
	if err != nil {
		return status.Error(codes.FailedPrecondition, err.Error())
	}
	out := &pluginOutput{stream: stream}
	cmd.Stdout = writerFunc(out.stdout)
	cmd.Stderr = writerFunc(out.stderr)
	code, err := h.runChild(stream.Context(), cmd)
	if err != nil {
		return status.Errorf(codes.Aborted, "the plugin in %s: %v", cmd.Dir, err)
	}
	return out.exit(code)
}

func pluginCommand(request *pulumirpc.RunPluginRequest) (*exec.Cmd, error) {
	info := request.GetInfo()
	opts, err := parseOptions(info.GetOptions())
	if err != nil {
		return nil, err
	}
	program := filepath.Join(info.GetProgramDirectory(), info.GetEntryPoint())
	var command string
	var args []string
	switch request.GetKind() {
	case "analyzer":
		// usage: run-policy-pack ENGINE PROGRAM; the engine's address is in the request's arguments
		command, args = "run-policy-pack", append(request.GetArgs(), program)
	case "resource":
		// usage: run-plugin PROGRAM ARGUMENT...
		command, args = "run-plugin", append([]string{program}, request.GetArgs()...)
	default:
		return nil, fmt.Errorf("a plugin of kind %q cannot be run; analyzer and resource can",
			request.GetKind())
	}
	entry, err := sdkEntry(info.GetProgramDirectory(), command)
	if err != nil {
		return nil, err
	}
	nodeArgs := append(append([]string{}, opts.nodeArgs...), entry)
	cmd := exec.Command("node", append(nodeArgs, args...)...)
	cmd.Dir = request.GetPwd()
	if request.GetKind() == "analyzer" {
		// A pack's tsconfig.json and modules are its own, not those of the program it judges.
		cmd.Dir = info.GetProgramDirectory()
	}
	cmd.Env = append(append([]string{}, request.GetEnv()...), opts.environment()...)
	return cmd, nil
}

// pluginOutput sends what a plugin writes; a stream must not be sent to from two sides at once.
type pluginOutput struct {
	mu     sync.Mutex
	stream pulumirpc.LanguageRuntime_RunPluginServer
}

func (o *pluginOutput) send(response *pulumirpc.RunPluginResponse) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stream.Send(response)
}

func (o *pluginOutput) stdout(text []byte) error {
	return o.send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text},
	})
}

func (o *pluginOutput) stderr(text []byte) error {
	return o.send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text},
	})
}

func (o *pluginOutput) exit(code int) error {
	return o.send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)},
	})
}

// writerFunc makes a writer of a function that takes all of it or fails.
type writerFunc func([]byte) error

func (write writerFunc) Write(text []byte) (int, error) {
	if err := write(text); err != nil {
		return 0, err
	}
	return len(text), nil
}
