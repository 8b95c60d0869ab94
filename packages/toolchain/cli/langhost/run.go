package langhost

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// alreadyShown is the exit code of a program that has reported its error to the engine by itself
// (nodeJSProcessExitedAfterLoggingUserActionableMessage in the SDK).
const alreadyShown = 32

// Run executes a Pulumi program. Its output goes to the host's own, which the engine shows.
func (h *Host) Run(
	ctx context.Context, request *pulumirpc.RunRequest,
) (*pulumirpc.RunResponse, error) {
	if request.GetAttachDebugger() {
		return nil, status.Error(codes.Unimplemented,
			"attaching a debugger is not part of this language host; "+
				"set the runtime option nodeargs to --inspect-brk")
	}
	cmd, err := h.programCommand(request)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	code, err := h.runChild(ctx, cmd)
	switch {
	case h.running.Err() != nil || ctx.Err() != nil:
		return nil, status.Error(codes.Canceled, "the program was cancelled")
	case err != nil:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program failed: %v", err)}, nil
	case code == alreadyShown:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case code != 0:
		return &pulumirpc.RunResponse{
			Error: fmt.Sprintf("the program exited with code %d", code),
		}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

func (h *Host) programCommand(request *pulumirpc.RunRequest) (*exec.Cmd, error) {
	info := request.GetInfo()
	opts, err := parseOptions(info.GetOptions())
	if err != nil {
		return nil, err
	}
	entry, err := sdkEntry(info.GetProgramDirectory(), "run")
	if err != nil {
		return nil, err
	}
	config, err := configEnvironment(request)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("node", programArgs(opts, entry, h.engineAddress(), request)...)
	cmd.Dir = info.GetProgramDirectory()
	cmd.Env = append(append(os.Environ(), opts.environment()...), config...)
	return cmd, nil
}

// programArgs is the command line of the SDK's cmd/run, which loads the program.
func programArgs(
	opts options, entry, engine string, request *pulumirpc.RunRequest,
) []string {
	info := request.GetInfo()
	args := append([]string{}, opts.nodeArgs...)
	args = append(args, entry,
		"--monitor="+request.GetMonitorAddress(),
		"--engine="+engine,
		"--project="+request.GetProject(),
		"--stack="+request.GetStack(),
		"--organization="+request.GetOrganization(),
		"--root-directory="+info.GetRootDirectory(),
		"--pwd="+request.GetPwd(),
		"--parallel="+strconv.Itoa(int(request.GetParallel())),
	)
	if request.GetDryRun() {
		args = append(args, "--dry-run")
	}
	args = append(args, entryPoint(info))
	return append(args, request.GetArgs()...)
}

// entryPoint is "." (package.json says which file) or a file in the program's directory. The SDK
// takes a relative one from --pwd, which is another directory if `main` in Pulumi.yaml names one.
func entryPoint(info *pulumirpc.ProgramInfo) string {
	point := info.GetEntryPoint()
	switch {
	case point == "" || point == ".":
		return "."
	case filepath.IsAbs(point):
		return point
	}
	return filepath.Join(info.GetProgramDirectory(), point)
}

// configEnvironment holds the stack's configuration, decrypted, as the SDK reads it.
func configEnvironment(request *pulumirpc.RunRequest) ([]string, error) {
	config := request.GetConfig()
	if config == nil {
		config = map[string]string{}
	}
	values, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	secretKeys := request.GetConfigSecretKeys()
	if secretKeys == nil {
		secretKeys = []string{}
	}
	secrets, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, err
	}
	return []string{
		"PULUMI_CONFIG=" + string(values),
		"PULUMI_CONFIG_SECRET_KEYS=" + string(secrets),
	}, nil
}
