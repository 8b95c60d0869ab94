package remote

import (
	"context"
	"fmt"
	"sort"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/ssh"

	"jitsi-hetzner/toolchain/providers/command/stream"
)

// Command is the resource command:remote:Command.
type Command struct{}

// CommandInputs are what a program gives.
type CommandInputs struct {
	Create                 *string           `pulumi:"create,optional"`
	Update                 *string           `pulumi:"update,optional"`
	Delete                 *string           `pulumi:"delete,optional"`
	Triggers               *[]any            `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Stdin                  *string           `pulumi:"stdin,optional"`
	Logging                *stream.Logging   `pulumi:"logging,optional"`
	Connection             *Connection       `pulumi:"connection" provider:"secret"`
	Environment            map[string]string `pulumi:"environment,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
}

// Outputs are what a run leaves.
type Outputs struct {
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// CommandState is what is kept of the resource.
type CommandState struct {
	CommandInputs
	Outputs
}

// Create runs the create command, if there is one.
func (*Command) Create(
	ctx context.Context, request infer.CreateRequest[CommandInputs],
) (infer.CreateResponse[CommandState], error) {
	response := infer.CreateResponse[CommandState]{
		Output: CommandState{CommandInputs: request.Inputs},
	}
	var err error
	if response.ID, err = resource.NewUniqueHex(request.Name, 8, 0); err != nil || request.DryRun {
		return response, err
	}
	err = response.Output.run(ctx, request.Inputs.Create)
	return response, err
}

// Update runs the update command, or else the create command again.
func (*Command) Update(
	ctx context.Context, request infer.UpdateRequest[CommandInputs, CommandState],
) (infer.UpdateResponse[CommandState], error) {
	state := CommandState{CommandInputs: request.Inputs, Outputs: request.State.Outputs}
	if request.DryRun {
		return infer.UpdateResponse[CommandState]{Output: state}, nil
	}
	command := state.Update
	if command == nil {
		command = state.Create
	}
	err := state.run(ctx, command)
	return infer.UpdateResponse[CommandState]{Output: state}, err
}

// Delete runs the delete command of the old state over the old state's connection.
func (*Command) Delete(
	ctx context.Context, request infer.DeleteRequest[CommandState],
) (infer.DeleteResponse, error) {
	state := request.State
	return infer.DeleteResponse{}, state.run(ctx, state.Delete)
}

// run executes a command with the state's settings and keeps what it writes.
func (s *CommandState) run(ctx context.Context, command *string) error {
	if command == nil {
		return nil
	}
	client, err := s.Connection.dial(ctx)
	if err != nil {
		return err
	}
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	defer session.Close()
	if err := s.setEnvironment(ctx, session); err != nil {
		return err
	}
	if s.Stdin != nil && *s.Stdin != "" {
		session.Stdin = strings.NewReader(*s.Stdin)
	}
	capture := stream.NewCapture(ctx, s.Logging)
	session.Stdout, session.Stderr = capture.Stdout, capture.Stderr
	// As upstream, a cancelled context changes nothing here: the step is over when the command is.
	stdout, stderr, err := capture.Result(*command, session.Run(*command))
	if err != nil {
		return err
	}
	s.Stdout, s.Stderr = stdout, stderr
	return nil
}

// setEnvironment needs the server's AcceptEnv. What the program asked for must be accepted; what
// the last run wrote is only offered.
func (s *CommandState) setEnvironment(ctx context.Context, session *ssh.Session) error {
	names := make([]string, 0, len(s.Environment))
	for name := range s.Environment {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := session.Setenv(name, s.Environment[name]); err != nil {
			p.GetLogger(ctx).Error(refusedVariable(name))
			return fmt.Errorf("could not set environment variable %q: %w", name, err)
		}
	}
	if !valueOr(s.AddPreviousOutputInEnv, true) {
		return nil
	}
	previous := []struct{ name, value string }{
		{stream.PreviousStdout, s.Stdout}, {stream.PreviousStderr, s.Stderr},
	}
	for _, variable := range previous {
		if variable.value == "" {
			continue
		}
		if err := session.Setenv(variable.name, variable.value); err != nil {
			p.GetLogger(ctx).Warning(refusedVariable(variable.name))
		}
	}
	return nil
}

func refusedVariable(name string) string {
	return fmt.Sprintf("Unable to set '%s': the SSH server must name it in AcceptEnv. "+
		"A shell also takes variables before the command: VAR=value command.", name)
}
