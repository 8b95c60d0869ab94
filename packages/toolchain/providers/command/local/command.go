// Package local runs commands on this machine.
package local

import (
	"context"
	"os"
	"os/exec"
	"sort"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/infer/types"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"jitsi-hetzner/toolchain/providers/command/stream"
)

// Command is the resource command:local:Command.
type Command struct{}

// Inputs are what a program gives.
type Inputs struct {
	Create                 *string            `pulumi:"create,optional"`
	Update                 *string            `pulumi:"update,optional"`
	Delete                 *string            `pulumi:"delete,optional"`
	Triggers               *[]any             `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Stdin                  *string            `pulumi:"stdin,optional"`
	Logging                *stream.Logging    `pulumi:"logging,optional"`
	Interpreter            *[]string          `pulumi:"interpreter,optional"`
	Dir                    *string            `pulumi:"dir,optional"`
	Environment            *map[string]string `pulumi:"environment,optional"`
	AssetPaths             *[]string          `pulumi:"assetPaths,optional"`
	ArchivePaths           *[]string          `pulumi:"archivePaths,optional"`
	AddPreviousOutputInEnv *bool              `pulumi:"addPreviousOutputInEnv,optional"`
}

// Outputs are what a run leaves.
type Outputs struct {
	Stdout  string                            `pulumi:"stdout"`
	Stderr  string                            `pulumi:"stderr"`
	Assets  *map[string]*types.AssetOrArchive `pulumi:"assets,optional"`
	Archive *resource.Archive                 `pulumi:"archive,optional"`
}

// State is what is kept of the resource.
type State struct {
	Inputs
	Outputs
}

// Create runs the create command, if there is one.
func (*Command) Create(
	ctx context.Context, request infer.CreateRequest[Inputs],
) (infer.CreateResponse[State], error) {
	response := infer.CreateResponse[State]{Output: State{Inputs: request.Inputs}}
	var err error
	if response.ID, err = resource.NewUniqueHex(request.Name, 8, 0); err != nil || request.DryRun {
		return response, err
	}
	err = response.Output.run(ctx, request.Inputs.Create)
	return response, err
}

// Update runs the update command, or else the create command again.
func (*Command) Update(
	ctx context.Context, request infer.UpdateRequest[Inputs, State],
) (infer.UpdateResponse[State], error) {
	state := State{Inputs: request.Inputs, Outputs: request.State.Outputs}
	if request.DryRun {
		return infer.UpdateResponse[State]{Output: state}, nil
	}
	command := state.Update
	if command == nil {
		command = state.Create
	}
	err := state.run(ctx, command)
	return infer.UpdateResponse[State]{Output: state}, err
}

// Delete runs the delete command of the old state, if there is one.
func (*Command) Delete(
	ctx context.Context, request infer.DeleteRequest[State],
) (infer.DeleteResponse, error) {
	state := request.State
	return infer.DeleteResponse{}, state.run(ctx, state.Delete)
}

// run executes a command with the state's settings and keeps what it writes. As upstream, a cancel
// kills the interpreter alone, and the step is over when its children have closed the output too.
func (s *State) run(ctx context.Context, command *string) error {
	if command == nil {
		return nil
	}
	cmd := s.execCommand(ctx, *command)
	capture := stream.NewCapture(ctx, s.Logging)
	cmd.Stdout, cmd.Stderr = capture.Stdout, capture.Stderr
	stdout, stderr, err := capture.Result(*command, cmd.Run())
	if err != nil {
		return err
	}
	s.Stdout, s.Stderr = stdout, stderr
	return s.collect()
}

func (s *State) execCommand(ctx context.Context, command string) *exec.Cmd {
	args := []string{"/bin/sh", "-c"}
	if s.Interpreter != nil && len(*s.Interpreter) > 0 {
		args = *s.Interpreter
	}
	args = append(append([]string{}, args...), command)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	if s.Dir != nil {
		cmd.Dir = *s.Dir
	}
	cmd.Env = append(os.Environ(), s.environment()...)
	if s.Stdin != nil && *s.Stdin != "" {
		cmd.Stdin = strings.NewReader(*s.Stdin)
	}
	return cmd
}

func (s *State) environment() []string {
	var env []string
	if s.Environment != nil {
		for name, value := range *s.Environment {
			env = append(env, name+"="+value)
		}
		sort.Strings(env)
	}
	if s.AddPreviousOutputInEnv == nil || *s.AddPreviousOutputInEnv {
		if s.Stdout != "" {
			env = append(env, stream.PreviousStdout+"="+s.Stdout)
		}
		if s.Stderr != "" {
			env = append(env, stream.PreviousStderr+"="+s.Stderr)
		}
	}
	return env
}
