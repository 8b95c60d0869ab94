package langhost

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type pluginRun struct {
	stdout, stderr string
	exit           int32
	exited         bool
}

func runPlugin(
	ctx context.Context, client pulumirpc.LanguageRuntimeClient, request *pulumirpc.RunPluginRequest,
) (pluginRun, error) {
	var run pluginRun
	stream, err := client.RunPlugin(ctx, request)
	if err != nil {
		return run, err
	}
	for {
		message, err := stream.Recv()
		if err == io.EOF {
			return run, nil
		}
		if err != nil {
			return run, err
		}
		switch output := message.GetOutput().(type) {
		case *pulumirpc.RunPluginResponse_Stdout:
			run.stdout += string(output.Stdout)
		case *pulumirpc.RunPluginResponse_Stderr:
			run.stderr += string(output.Stderr)
		case *pulumirpc.RunPluginResponse_Exitcode:
			run.exit, run.exited = output.Exitcode, true
		}
	}
}

func TestAPolicyPackRunsInItsOwnDirectory(t *testing.T) {
	_, client := connect(t)
	dir := project(t, "run-policy-pack", tellAll)
	run, err := runPlugin(t.Context(), client, &pulumirpc.RunPluginRequest{
		Kind: "analyzer", Pwd: t.TempDir(), Args: []string{testEngine},
		Env:  []string{"FROM_ENGINE=1", "PATH=" + t.TempDir()},
		Info: programInfo(t, dir, nil),
	})
	if err != nil || !run.exited || run.exit != 0 {
		t.Fatal(run, err)
	}
	got := readTold(t, dir)
	if !slices.Equal(got.Argv[1:], []string{testEngine, dir}) {
		t.Errorf("arguments are %q; the engine and then the pack are expected", got.Argv[1:])
	}
	if got.Cwd != dir || got.Env["FROM_ENGINE"] != "1" {
		t.Errorf("directory %q, environment %v", got.Cwd, got.Env)
	}
	if _, inherited := got.Env["HOME"]; inherited {
		t.Error("the pack has variables that the engine did not give")
	}
}

func TestAProviderRunsInTheProgramsDirectory(t *testing.T) {
	_, client := connect(t)
	dir, pwd := project(t, "run-plugin", tellAll), t.TempDir()
	run, err := runPlugin(t.Context(), client, &pulumirpc.RunPluginRequest{
		Kind: "resource", Pwd: pwd, Args: []string{testEngine}, Info: programInfo(t, dir, nil),
	})
	if err != nil || !run.exited {
		t.Fatal(run, err)
	}
	if got := readTold(t, pwd); !slices.Equal(got.Argv[1:], []string{dir, testEngine}) {
		t.Errorf("arguments are %q; the provider and then the engine are expected", got.Argv[1:])
	}
}

func TestBothStreamsAndTheExitCodeOfAPluginAreReturned(t *testing.T) {
	_, client := connect(t)
	dir := project(t, "run-policy-pack",
		`console.log("12345"); console.error("warned"); process.exitCode = 4`)
	run, err := runPlugin(t.Context(), client, &pulumirpc.RunPluginRequest{
		Kind: "analyzer", Info: programInfo(t, dir, nil),
	})
	want := pluginRun{stdout: "12345\n", stderr: "warned\n", exit: 4, exited: true}
	if err != nil || run != want {
		t.Errorf("got %+v, %v; %+v is expected", run, err, want)
	}
}

func TestAPluginThatIgnoresTheFirstSignalEndsWithItsCall(t *testing.T) {
	_, client := connect(t)
	dir := project(t, "run-policy-pack", deaf)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := runPlugin(ctx, client, &pulumirpc.RunPluginRequest{
			Kind: "analyzer", Info: programInfo(t, dir, nil),
		})
		ended <- err
	}()
	pids := waitForPids(t, dir)
	cancel()
	if err := <-ended; status.Code(err) != codes.Canceled {
		t.Errorf("RunPlugin returned %v", err)
	}
	expectGone(t, pids)
}

func TestAPluginWithoutItsPackagesCausesAnError(t *testing.T) {
	_, client := connect(t)
	_, err := runPlugin(t.Context(), client, &pulumirpc.RunPluginRequest{
		Kind: "analyzer", Info: programInfo(t, t.TempDir(), nil),
	})
	// The engine searches for this text.
	const known = "Cannot find module '@pulumi/pulumi/cmd/run-policy-pack'"
	if err == nil || !strings.Contains(err.Error(), known) {
		t.Errorf("error is %v", err)
	}
}

func TestAnotherKindOfPluginIsRefused(t *testing.T) {
	_, client := connect(t)
	_, err := runPlugin(t.Context(), client, &pulumirpc.RunPluginRequest{
		Kind: "converter", Info: programInfo(t, t.TempDir(), nil),
	})
	if err == nil || !strings.Contains(err.Error(), `"converter"`) {
		t.Errorf("error is %v", err)
	}
}

func TestUnsupportedCallsAreRefusedByName(t *testing.T) {
	_, client := connect(t)
	_, err := client.GeneratePackage(t.Context(), &pulumirpc.GeneratePackageRequest{})
	if status.Code(err) != codes.Unimplemented || !strings.Contains(err.Error(), "making an SDK") {
		t.Errorf("error is %v", err)
	}
	_, err = client.Run(t.Context(), &pulumirpc.RunRequest{AttachDebugger: true})
	if status.Code(err) != codes.Unimplemented || !strings.Contains(err.Error(), "--inspect-brk") {
		t.Errorf("error is %v", err)
	}
}
