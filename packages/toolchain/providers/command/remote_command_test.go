package command_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"jitsi-hetzner/toolchain/providers/command/internal/sshtest"
)

func TestCreateRunsTheCommandAndKeepsBothStreams(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	state, err := engine.create(remoteCommand, props{
		"connection": connection(server),
		"create":     `printf 'one\ntwo\n\n'; printf 'oops\n' >&2`,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := plain(t, state, "stdout"); got != "one\ntwo\n" {
		t.Errorf("stdout is %q; exactly one trailing newline is cut", got)
	}
	if got := plain(t, state, "stderr"); got != "oops" {
		t.Errorf("stderr is %q", got)
	}
}

func TestWithoutACommandThereIsNoConnection(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	state, err := engine.create(remoteCommand, props{"connection": connection(server)})
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.delete(remoteCommand, state); err != nil {
		t.Fatal(err)
	}
	if server.Dials() != 0 {
		t.Errorf("%d connections were made", server.Dials())
	}
}

func TestPreviewRunsNothing(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	state, err := engine.createIn(t.Context(), remoteCommand, props{
		"connection": connection(server), "create": "echo ran",
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	if server.Dials() != 0 {
		t.Errorf("%d connections were made", server.Dials())
	}
	if !state["stdout"].IsComputed() {
		t.Errorf("stdout is %v in a preview; it is not known yet", state["stdout"])
	}
}

func TestTheWholeConnectionIsSecret(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	state, err := engine.create(remoteCommand, props{
		"connection": secret(connection(server)), "create": "cat", "stdin": secret("hidden"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !state["connection"].IsSecret() {
		t.Errorf("connection is %v", state["connection"])
	}
	if !state["stdin"].IsSecret() {
		t.Errorf("stdin is %v", state["stdin"])
	}
	// Like upstream: use additionalSecretOutputs to make the output secret.
	if got := plain(t, state, "stdout"); got != "hidden" {
		t.Errorf("stdout is %q", got)
	}
}

func TestDefaultsOfAConnection(t *testing.T) {
	engine := newEngine(t)
	inputs := engine.checked(remoteCommand, props{"connection": props{"host": "h"}})
	got := inputs["connection"].SecretValue().Element.ObjectValue().Mappable()
	want := props{
		"host": "h", "user": "root", "port": 22.0, "dialErrorLimit": 10.0, "perDialTimeout": 15.0,
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s is %v; %v is expected", key, got[key], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("defaults are %v; %v is expected", got, want)
	}
}

func TestStdinGoesToTheCommand(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	script := strings.Repeat("# padding\n", 20_000) + `echo "$0 $1"`
	state, err := engine.create(remoteCommand, props{
		"connection": connection(server), "create": "bash -s -- argument", "stdin": script,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := plain(t, state, "stdout"); got != "bash argument" {
		t.Errorf("stdout is %q", got)
	}
}

func TestUpdateRunsUpdateElseCreate(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	inputs := props{"connection": connection(server), "create": "echo create", "stdin": "1"}
	state, err := engine.create(remoteCommand, inputs)
	if err != nil {
		t.Fatal(err)
	}
	state, err = engine.update(remoteCommand, state, with(inputs, props{"stdin": "2"}))
	if err != nil || plain(t, state, "stdout") != "create" {
		t.Errorf("without update: %v %v", state["stdout"], err)
	}
	state, err = engine.update(remoteCommand, state, with(inputs, props{"update": "echo update"}))
	if err != nil || plain(t, state, "stdout") != "update" {
		t.Errorf("with update: %v %v", state["stdout"], err)
	}
}

// upstreamState is a state of the upstream provider 1.2.1: the SDK has filled in the defaults of a
// connection, and outputs are next to the inputs.
func upstreamState(server *sshtest.Server, more props) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(with(props{
		"connection": secret(connection(server)),
		"create":     "echo old", "stdout": "old out", "stderr": "old err",
		"addPreviousOutputInEnv": false, "triggers": []any{"123"},
	}, more))
}

func TestDeleteTakesCommandAndStdinFromAnUpstreamState(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	file := filepath.Join(t.TempDir(), "deleted")
	state := upstreamState(server, props{"delete": "cat >" + file, "stdin": secret("from the state")})
	if err := engine.delete(remoteCommand, state); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(file); err != nil || string(content) != "from the state" {
		t.Errorf("the file holds %q, %v", content, err)
	}
}

func TestPreviousOutputsAreInTheEnvironmentUnlessDisabled(t *testing.T) {
	accept := sshtest.Options{AcceptEnv: []string{"PULUMI_COMMAND_STDOUT", "PULUMI_COMMAND_STDERR"}}
	engine, server := newEngine(t), sshtest.Start(t, accept)
	old := upstreamState(server, props{})
	inputs := props{
		"connection": connection(server),
		"update":     `echo "[$PULUMI_COMMAND_STDOUT][$PULUMI_COMMAND_STDERR]"`,
	}
	state, err := engine.update(remoteCommand, old, inputs)
	if err != nil || plain(t, state, "stdout") != "[old out][old err]" {
		t.Errorf("by default: %v %v", state["stdout"], err)
	}
	off := with(inputs, props{"addPreviousOutputInEnv": false})
	state, err = engine.update(remoteCommand, old, off)
	if err != nil || plain(t, state, "stdout") != "[][]" {
		t.Errorf("switched off: %v %v", state["stdout"], err)
	}
}

func TestRefusedPreviousOutputsCauseOnlyAWarning(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	_, err := engine.update(remoteCommand, upstreamState(server, props{}), props{
		"connection": connection(server), "update": "true",
	})
	if err != nil {
		t.Fatal(err)
	}
	if shown := strings.Join(engine.shown(), "\n"); !strings.Contains(shown, "AcceptEnv") {
		t.Errorf("shown was %q", shown)
	}
}

func TestEnvironmentMustBeAccepted(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{AcceptEnv: []string{"GOOD"}})
	inputs := props{"connection": connection(server), "create": `echo "$GOOD"`}
	state, err := engine.create(remoteCommand, with(inputs, props{"environment": props{"GOOD": "1"}}))
	if err != nil || plain(t, state, "stdout") != "1" {
		t.Errorf("accepted: %v %v", state["stdout"], err)
	}
	_, err = engine.create(remoteCommand, with(inputs, props{"environment": props{"BAD": "1"}}))
	if err == nil || !strings.Contains(err.Error(), `could not set environment variable "BAD"`) {
		t.Errorf("refused: %v", err)
	}
}

func TestAFailureShowsTheCommandAndBothStreams(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	_, err := engine.create(remoteCommand, props{
		"connection": connection(server), "create": "echo said; echo cried >&2; exit 3",
	})
	if err == nil {
		t.Fatal("a non-zero exit code does not cause an error")
	}
	for _, part := range []string{"status 3", "exit 3", "said", "cried"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %q", part, err)
		}
	}
}

func TestLoggingSelectsTheShownStreams(t *testing.T) {
	server := sshtest.Start(t, sshtest.Options{})
	for logging, want := range map[string][]string{
		"":                {"err", "out"},
		"stdoutAndStderr": {"err", "out"},
		"stdout":          {"out"},
		"stderr":          {"err"},
		"none":            {},
	} {
		t.Run("logging "+logging, func(t *testing.T) {
			engine := newEngine(t)
			inputs := props{"connection": connection(server), "create": "echo out; echo err >&2"}
			if logging != "" {
				inputs["logging"] = logging
			}
			state, err := engine.create(remoteCommand, inputs)
			if err != nil || plain(t, state, "stdout") != "out" || plain(t, state, "stderr") != "err" {
				t.Errorf("outputs are kept whatever is shown: %v %v", state, err)
			}
			shown := engine.shown()
			slices.Sort(shown)
			if !slices.Equal(shown, want) {
				t.Errorf("shown was %v; %v is expected", shown, want)
			}
		})
	}
}

func TestDiffNamesTheTriggersForTheSdkAndUpdatesOnOtherInputs(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	inputs := props{"connection": connection(server), "create": "true", "triggers": []any{"1"}}
	state := engine.checked(remoteCommand, inputs)
	if diff := engine.diff(remoteCommand, state, inputs); diff.GetChanges() != pulumirpc.DiffResponse_DIFF_NONE {
		t.Errorf("without a change: %v", diff)
	}
	diff := engine.diff(remoteCommand, state, with(inputs, props{"triggers": []any{"2"}}))
	// The SDK requests the replacement (replaceOnChanges "triggers[*]"), which needs the exact path.
	if _, told := diff.GetDetailedDiff()["triggers[0]"]; !told {
		t.Errorf("changed triggers: %v", diff)
	}
	diff = engine.diff(remoteCommand, state, with(inputs, props{"stdin": "x"}))
	if diff.GetChanges() != pulumirpc.DiffResponse_DIFF_SOME || len(diff.GetReplaces()) != 0 {
		t.Errorf("changed stdin: %v", diff)
	}
}

// cancellable starts to create a resource.
func cancellable(
	t *testing.T, engine *engine, token string, inputs props,
) (cancel func(), ended chan outcome) {
	ended = make(chan outcome, 1)
	go func() {
		state, err := engine.createIn(t.Context(), token, inputs, false)
		ended <- outcome{state, err}
	}()
	// The first Ctrl-C, as the Pulumi engine passes it on.
	return func() {
		if _, err := engine.provider.Cancel(t.Context(), &emptypb.Empty{}); err != nil {
			t.Error(err)
		}
	}, ended
}

type outcome struct {
	state resource.PropertyMap
	err   error
}

// stillRuns fails the test if the operation ends although the command still runs.
func stillRuns(t *testing.T, ended chan outcome) {
	t.Helper()
	select {
	case it := <-ended:
		t.Fatalf("it ended: %v %v", it.state, it.err)
	case <-time.After(time.Second):
	}
}

func result(t *testing.T, ended chan outcome) outcome {
	t.Helper()
	select {
	case it := <-ended:
		return it
	case <-time.After(10 * time.Second):
		t.Fatal("the command has ended, but the operation has not")
		return outcome{}
	}
}

func TestACancelledRemoteCommandRunsToItsEndAndSucceeds(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	file := filepath.Join(t.TempDir(), "go-on")
	cancel, ended := cancellable(t, engine, remoteCommand, props{
		"connection": connection(server),
		"create":     "echo begun; until [ -e " + file + " ]; do sleep 0.1; done; echo over",
	})
	waitFor(t, func() bool { return slices.Contains(engine.shown(), "begun") })
	cancel()
	stillRuns(t, ended)
	write(t, file, "")
	it := result(t, ended)
	if it.err != nil || plain(t, it.state, "stdout") != "begun\nover" {
		t.Errorf("ended with %v %v", it.state, it.err)
	}
}

func TestACancelledRemoteCommandFailsWhenItsProcessIsEndedOnTheHost(t *testing.T) {
	engine, server := newEngine(t), sshtest.Start(t, sshtest.Options{})
	cancel, ended := cancellable(t, engine, remoteCommand, props{
		"connection": connection(server), "create": "echo process $$; exec sleep 60",
	})
	var pid int
	waitFor(t, func() bool {
		shown := strings.Join(engine.shown(), "")
		_, err := fmt.Sscanf(shown, "process %d", &pid)
		return err == nil
	})
	cancel()
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if it := result(t, ended); it.err == nil {
		t.Errorf("a command that was ended by a signal succeeds: %v", it.state)
	}
}

func TestACancelledLocalCommandEndsWithItsChildren(t *testing.T) {
	engine := newEngine(t)
	file := filepath.Join(t.TempDir(), "go-on")
	cancel, ended := cancellable(t, engine, localCommand, props{
		// The child keeps the output open when the shell is killed.
		"create": "(echo begun; until [ -e " + file + " ]; do sleep 0.1; done); echo over",
	})
	waitFor(t, func() bool { return slices.Contains(engine.shown(), "begun") })
	cancel()
	stillRuns(t, ended)
	write(t, file, "")
	if it := result(t, ended); it.err == nil || !strings.Contains(it.err.Error(), "signal: killed") {
		t.Errorf("ended with %v %v", it.state, it.err)
	}
}

func TestAShownLineOver64KiBBlocksTheStep(t *testing.T) {
	line := "head -c 70000 /dev/zero | tr '\\0' x"
	server := sshtest.Start(t, sshtest.Options{})
	for token, inputs := range map[string]props{
		remoteCommand: {"connection": connection(server), "create": line},
		localCommand:  {"create": line},
	} {
		t.Run(token, func(t *testing.T) {
			engine := newEngine(t)
			_, ended := cancellable(t, engine, token, inputs)
			stillRuns(t, ended)
			state, err := engine.create(token, with(inputs, props{"logging": "none"}))
			if err != nil || len(plain(t, state, "stdout")) != 70_000 {
				t.Errorf("not shown, it is not kept whole: %v", err)
			}
		})
	}
}

// waitFor waits until the condition holds.
func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatal("timed out")
		}
		time.Sleep(5 * time.Millisecond)
	}
}
